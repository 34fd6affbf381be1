"""Rules about tags and properties of a twin: names, values, depth and size.

Source of all limits: device twins, developer guide (2024-02). Size is the service's own count, not
the length of the JSON: every name and text in UTF-8 without control characters, 8 for a number, 4
for a truth value, and what is inside of objects and arrays.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from shared.domain.device_identity import DeviceIdentity
from shared.domain.finding import Finding
from shared.domain.redaction import redacted
from shared.domain.rules import Code


MAX_DEPTH: Final = 10
MAX_NAME_BYTES: Final = 1024
MAX_TEXT_BYTES: Final = 4096
MAX_PROPERTY_BYTES: Final = 4096
#: Largest section in bytes of the service's count, by the path of the section.
SECTIONS: Final = {
    "tags": 8 * 1024,
    "properties.desired": 32 * 1024,
    "properties.reported": 32 * 1024,
}
NUMBER_BYTES: Final = 8
TRUTH_BYTES: Final = 4
#: The integers that the service keeps: 2 to the power of 52 each way.
SMALLEST: Final = -(2**52)
LARGEST: Final = 2**52 - 1
#: Members that the hub adds to properties itself.
METADATA: Final = frozenset({"$metadata", "$version"})

_BAD_NAME: Final = re.compile(r"[\x00-\x20\x7f-\x9f.$#]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")

#: Findings on the way up: each object puts its member's name before what was found inside of it.
type Found = list[Finding]


def twin_findings(device: DeviceIdentity) -> Found:
    """Return what is wrong with the twin of a line."""
    found: Found = []
    if tags := device.get("tags"):
        _section("tags", tags, found)
    if properties := device.get("properties"):
        for name, content in properties.items():
            if content:
                _section(f"properties.{name}", content, found)  # type: ignore[arg-type]  # checked
    return found


def _section(section: str, content: Mapping[str, Any], found: Found) -> None:
    total = 0
    for name, value in content.items():
        if name in METADATA and section != "tags":
            found.append(Finding(f"{section}.{name}", Code.TWIN_METADATA_DROPPED))
            continue
        before = len(found)
        size = _member(name, value, 0, found)
        total += size
        if size > MAX_PROPERTY_BYTES:
            found.append(Finding(redacted(name, 60), Code.TWIN_PROPERTY_LARGE, {"size": size}))
        _put_before(section, found, before)
    if total > (limit := SECTIONS[section]):
        found.append(Finding(section, Code.TWIN_TOO_LARGE, {"size": total, "limit": limit}))


def _member(name: str, value: Any, depth: int, found: Found) -> int:
    """Return the size of a member with its name; add what is wrong with it."""
    before = len(found)
    # Only what may be good is kept in the cache, lest long names fill the memory.
    size = _name(name) if len(name) <= MAX_NAME_BYTES else None
    if size is None:
        found.append(Finding("", Code.TWIN_KEY))
        size = 0
    size += _SIZES[type(value)](value, depth, found)
    if len(found) > before:
        _put_before(redacted(name, 60), found, before)
    return size


@lru_cache(maxsize=4096)
def _name(name: str) -> int | None:
    """Return the size of a name, None for a bad one. Files name the same things on every line."""
    size = _bytes(name)
    return None if _BAD_NAME.search(name) or size > MAX_NAME_BYTES else size


def _text(value: str, _: int, found: Found) -> int:
    size = _bytes(value)
    if size > MAX_TEXT_BYTES:
        found.append(Finding("", Code.TWIN_TEXT_TOO_LONG, {"length": size}))
    return size


def _integer(value: int, _: int, found: Found) -> int:
    if not SMALLEST <= value <= LARGEST:
        found.append(Finding("", Code.TWIN_NUMBER))
    return NUMBER_BYTES


def _float(value: float, _: int, found: Found) -> int:
    if not math.isfinite(value):  # 1e999
        found.append(Finding("", Code.TWIN_NUMBER))
    return NUMBER_BYTES


def _null(_: None, __: int, found: Found) -> int:
    found.append(Finding("", Code.TWIN_NULL))
    return 0


def _object(value: Mapping[str, Any], depth: int, found: Found) -> int:
    if depth == MAX_DEPTH:
        found.append(Finding("", Code.TWIN_TOO_DEEP))
        return 0
    return sum(_member(name, member, depth + 1, found) for name, member in value.items())


def _array(value: list[Any], depth: int, found: Found) -> int:
    if depth == MAX_DEPTH:
        found.append(Finding("", Code.TWIN_TOO_DEEP))
        return 0
    return sum(_SIZES[type(item)](item, depth + 1, found) for item in value)


#: How the service counts a value, by its type.
_SIZES: Final[Mapping[type, Callable[[Any, int, Found], int]]] = {
    str: _text,
    int: _integer,
    float: _float,
    bool: lambda *_: TRUTH_BYTES,
    type(None): _null,
    dict: _object,
    list: _array,
}


def _put_before(name: str, found: Found, start: int) -> None:
    """Complete the paths of what was found inside of a member."""
    for index in range(start, len(found)):
        inside = found[index].field
        path = f"{name}.{inside}" if inside else name
        found[index] = replace(found[index], field=path)


def _bytes(text: str) -> int:
    plain = text.isascii() and text.isprintable()
    return len(text) if plain else len(_CONTROL.sub("", text).encode())
