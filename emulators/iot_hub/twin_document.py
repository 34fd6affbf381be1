"""The documents of a twin: what may stand in them, how large they may be, how a patch applies.

Source: Microsoft's page "Understand and use device twins in IoT Hub" for the limits and for how
size is counted; `#` in keys and null inside arrays were seen refused on a live hub.
"""

import json
import math
import re
from collections.abc import Callable
from typing import Any, Final, Literal

from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.typed_json import Document


type Section = Literal["tags", "desired", "reported"]

SECTION_BYTES: Final[dict[Section, int]] = {"tags": 8192, "desired": 32768, "reported": 32768}
KEY_BYTES: Final = 1024
STRING_BYTES: Final = 4096
DEPTH: Final = 10
LARGEST_INTEGER: Final = 2**52 - 1
SMALLEST_INTEGER: Final = -(2**52) + 1
NUMBER_BYTES: Final = 8
BOOLEAN_BYTES: Final = 4

_FORBIDDEN_IN_KEY: Final = re.compile(r"[\x00-\x1f\x7f-\x9f.$# ]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
#: What the hub itself adds to a section, so that what was read can be sent back.
_HUBS_OWN: Final = frozenset({"$metadata", "$version"})


def checked(section: Section, document: Document) -> Document:
    """Return the document without what the hub adds itself.

    Raises:
        HubError: 400004, a limit is broken.
    """
    own = {key: value for key, value in document.items() if key not in _HUBS_OWN}
    if _size(own, depth=0) > SECTION_BYTES[section]:
        _refuse(f"The {section} of a twin may have {SECTION_BYTES[section]} bytes")
    return own


def merged(section: Section, text: str, patch: Document) -> Document:
    """Apply a merge patch to a section's JSON: null removes, objects merge, all else replaces.

    Raises:
        HubError: 400004, the outcome breaks a limit.
    """
    own = {key: value for key, value in patch.items() if key not in _HUBS_OWN}
    return checked(section, _merge(json.loads(text), own))


def _merge(target: Any, patch: Document) -> Document:
    kept = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = _merge(kept.get(key), value) if isinstance(value, dict) else value
    return kept


def _size(value: Any, depth: int) -> int:
    """Count as the service does: names and strings by UTF-8 bytes, the rest by fixed numbers."""
    return _SIZES[type(value)](value, depth)


def _integer(value: int, _depth: int) -> int:
    if not SMALLEST_INTEGER <= value <= LARGEST_INTEGER:
        _refuse("An integer in a twin is out of range")
    return NUMBER_BYTES


def _number(value: float, _depth: int) -> int:
    if not math.isfinite(value):
        _refuse("A number in a twin is out of range")
    return NUMBER_BYTES


def _array(value: list[Any], depth: int) -> int:
    return sum(_size(item, depth) for item in value)


def _string(value: str, _depth: int) -> int:
    if _bytes(value) > STRING_BYTES:
        _refuse(f"A string in a twin may have {STRING_BYTES} bytes")
    return _bytes(_CONTROL.sub("", value))


def _object(value: Document, depth: int) -> int:
    if depth > DEPTH:
        _refuse(f"A twin may be {DEPTH} levels deep")
    return sum(_key(key) + _size(item, depth + 1) for key, item in value.items())


def _key(key: str) -> int:
    if _FORBIDDEN_IN_KEY.search(key):
        _refuse("A key in a twin has a character that is not allowed")
    if _bytes(key) > KEY_BYTES:
        _refuse(f"A key in a twin may have {KEY_BYTES} bytes")
    return _bytes(key)


#: How each kind of JSON value is counted; the section itself is at depth 0.
_SIZES: Final[dict[type, Callable[[Any, int], int]]] = {
    type(None): lambda _value, _depth: _refuse("A twin may not contain null"),
    bool: lambda _value, _depth: BOOLEAN_BYTES,
    int: _integer,
    float: _number,
    str: _string,
    list: _array,
    dict: _object,
}


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _refuse(text: str) -> int:
    raise HubError(ErrorCode.ArgumentInvalid, text)
