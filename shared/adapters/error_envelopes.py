"""Finds the name and the sentence of an error in the bodies that services answer with.

Known are, one inside the other in any order:

* E1 `{"Message": "ErrorCode:<Name>;<text>", "ExceptionMessage": …}`; the text may hold a line
  `Message: …`, or the answer of the service behind, as JSON after some words
* E2 `{"errorCode": <number>, "message": …, "trackingId": …}`; E3 is E2 as a string in E1
* a bare `{"Message": …}` or `{"message": …}`
* ErrorDetails of Resource Manager's provider, `{code, httpStatusCode, message, details}` in either
  case, and Resource Manager's own `{"error": {"code", "message"}}`

Front ends send HTML or nothing. Sources: recorded traffic, the C# SDK (`CommonConstants.cs`),
azure-iot-sdk-csharp#361, azure-iot-cli-extension#93, service and management swaggers.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final, NamedTuple

from shared.domain.hub_errors import known_error


#: Headers that name the error, in lower case: that of all errors and that of bulk calls.
_HEADERS: Final = ("iothub-errorcode", "iothuberrorcode")
#: Where an envelope may hold a message, which may be an envelope itself; the first is taken.
_INSIDE: Final = ("error", "message", "details")
_MARKS: Final = frozenset({*_INSIDE, "errorcode", "code"})

_CODE: Final = re.compile(r"\w{1,80}", re.ASCII)
#: A code in a text, or in JSON that was cut off.
_CODE_IN_TEXT: Final = re.compile(
    r"errorcode[\\\"']*\s*:\s*[\\\"']*(\w{1,80})", re.ASCII | re.IGNORECASE
)
#: Where something inside a text begins.
_INNER: Final = re.compile(r'\A"|"?\{')
_PREFIX: Final = re.compile(r"\s*ErrorCode:\s*\w+\s*;?", re.ASCII)
_SAID: Final = re.compile(r"(?:^|[\r\n])Message: ([^\r\n]*)")


class Said(NamedTuple):
    """What an answer says of its error, as it is written there."""

    #: The service's name of the error, or a number that is not known; empty if there is none.
    code: str
    #: For people; may hold secrets.
    text: str


def read_envelopes(headers: Mapping[str, str], body: str) -> Said:
    """Return what an answer that is no success says; nothing that is in it makes this fail.

    The outermost known name is the one that counts, and a header is outside everything: whoever
    answers knows best what became of the call. The sentence is the innermost.
    """
    layers = list(_layers(body))
    codes = chain(_codes_of_headers(headers), *(layer.codes for layer in layers))
    text = next((layer.text for layer in reversed(layers) if layer.text), "")
    return Said(_outermost(codes), text)


class _Layer(NamedTuple):
    codes: list[str]
    text: str


def _outermost(codes: Iterable[str]) -> str:
    given = [code for code in codes if _CODE.fullmatch(code)]
    known = (error.name for code in given if (error := known_error(code)))
    return next(chain(known, given), "")


def _codes_of_headers(headers: Mapping[str, str]) -> Iterator[str]:
    given = {name.lower(): value.strip() for name, value in headers.items()}
    return (given[name] for name in _HEADERS if name in given)


def _layers(body: str) -> Iterator[_Layer]:
    """Yield what each envelope says, from the outermost to the innermost.

    Each is a part of the one before it, so there is an end.
    """
    inner: Any = "" if body.lstrip().startswith("<") else body
    while inner:
        match inner:
            case dict():
                members = {name.lower(): value for name, value in inner.items() if value}
                yield _Layer(list(_codes_of_envelope(members)), "")
                inner = next((members[name] for name in _INSIDE if name in members), None)
            case str():
                text, inner = _parted(inner)
                yield _Layer(_CODE_IN_TEXT.findall(text), _sentence(text))
            case _:
                return


def _codes_of_envelope(members: Mapping[str, Any]) -> Iterator[str]:
    hubs, providers = (_code(members.get(name)) for name in ("errorcode", "code"))
    # The numbers of Resource Manager's provider are its own, but most mean what the hub's mean.
    yield from (hubs, f"IH{providers}" if providers.isdecimal() else providers, providers)


def _code(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _parted(text: str) -> tuple[str, Any]:
    """Part a text from the envelope, or the text in quotes, that it ends in."""
    if start := _INNER.search(text):
        inner = _decoded(text[start.start() :])
        if isinstance(inner, str) or _is_envelope(inner):
            return text[: start.start()], inner
    return text, None


def _is_envelope(value: Any) -> bool:
    return isinstance(value, dict) and not _MARKS.isdisjoint(name.lower() for name in value)


def _decoded(text: str) -> Any:
    """Read JSON; None if it is none. Only an object may be followed by more."""
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) or end == len(text) else None


def _sentence(text: str) -> str:
    """Return what is meant for people; nothing of JSON that could not be read."""
    if text.lstrip().startswith(("{", "[")):
        return ""
    said = _SAID.search(text)
    return (said[1] if said else _PREFIX.sub("", text, count=1)).strip()
