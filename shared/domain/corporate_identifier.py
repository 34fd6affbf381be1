"""Judges corporate device identifiers for Intune, and writes them the way Graph takes them.

Graph refuses a call as a whole for one bad identifier and does not name it, so what it refuses is
found here. Sources: corporate-identifiers-add.md (Intune), importedDeviceIdentity (Graph beta),
microsoft-graph-docs#14045 (an IMEI has digits only).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.domain.device_line import (
    Accepted,
    Judged,
    Order,
    Rejected,
    Traits,
)
from shared.domain.finding import Finding
from shared.domain.redaction import redacted
from shared.domain.rules import Code
from shared.domain.single_object import judge_object


IDENTIFIER: Final = "importedDeviceIdentifier"
TYPE: Final = "importedDeviceIdentityType"
DESCRIPTION: Final = "description"
PLATFORM: Final = "platform"

SERIAL, IMEI, MODEL = "serialNumber", "imei", "manufacturerModelSerial"
#: What people may say of each member; where there are no words, any text.
MEMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    IDENTIFIER: (),
    TYPE: (SERIAL, IMEI, MODEL),
    DESCRIPTION: (),
    PLATFORM: (
        *("unknown", "ios", "android", "windows", "windowsMobile", "macOS", "visionOS", "tvos"),
    ),
}
#: What Graph sets itself, so an export of Graph may hold it; it is left out.
SERVER_SET: Final = frozenset(
    {
        *("id", "@odata.type", "enrollmentState", "lastModifiedDateTime", "createdDateTime"),
        *("lastContactedDateTime",),
    }
)
MAX_DETAILS: Final = 128
MAX_CELLS: Final = 3
#: First cells of a header, which such a file has not, without blanks and in lower case. It is none
#: on any row: files that were put together have several.
HEADERS: Final = frozenset(
    {
        *("id", "identifier", "deviceidentifier", "importeddeviceidentifier", "device"),
        *("deviceid", "imei", "imeinumber", "serial", "serialnumber", "manufacturer"),
    }
)

_SERIAL: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z _/+#*()-]{0,127}")
#: Neither control characters nor such that nobody sees.
_WORDS: Final = re.compile(
    r"[^,\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]{1,128}"
)
_IMEI: Final = re.compile(r"[0-9]{14,16}")
_SPACED_IMEI: Final = re.compile(r"[0-9]{2}[ -][0-9]{6}[ -][0-9]{6}(?:[ -][0-9]{1,2})?")
#: What a spreadsheet makes of an IMEI: 4.90154E+14, here without the dot.
_ROUNDED_IMEI: Final = re.compile(r"[0-9]+E\+[0-9]{2}", re.IGNORECASE)
_LUHN_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class _Check:
    """What an identifier of a type must be."""

    is_good: Callable[[str], object]
    expected: str


def _is_model(value: str) -> bool:
    parts = value.split(",")
    return len(parts) == MAX_CELLS and all(map(_WORDS.fullmatch, parts))


_CHECKS: Final[Mapping[str, _Check]] = {
    SERIAL: _Check(
        lambda value: (
            _SERIAL.fullmatch(value)
            and not _SPACED_IMEI.fullmatch(value)
            and not _ROUNDED_IMEI.fullmatch(value)
        ),
        "a serial number of letters and digits, or an IMEI in digits only",
    ),
    IMEI: _Check(_IMEI.fullmatch, "an IMEI: 14 to 16 digits and nothing else"),
    MODEL: _Check(_is_model, "manufacturer, model and serial number, each of them given"),
}


def judge_row(number: int, cells: Sequence[str], source: bytes) -> Judged:
    """Judge a row: `identifier[,details]`, or `manufacturer,model,serial`.

    Args:
        number: Row of the file, counted from 1.
        cells: At least one.
        source: The row as the sender wrote it.
    """
    values = [cell.strip() for cell in cells]
    if re.sub("[ _-]", "", values[0]).lower() in HEADERS:
        return Rejected(number, None, (Finding("", Code.HEADER_ROW),), source)
    if len(values) > MAX_CELLS:
        found = {"cells": len(values), "columns": f"at most {MAX_CELLS}"}
        return Rejected(number, None, (Finding("", Code.WRONG_CELLS, found),), source)
    if len(values) == MAX_CELLS:
        members = {IDENTIFIER: ",".join(values), TYPE: MODEL, PLATFORM: "windows"}
    else:
        members = dict(zip((IDENTIFIER, DESCRIPTION), values, strict=False))
    return _judge(number, {name: value for name, value in members.items() if value}, source)


def judge_item(number: int, line: bytes) -> Judged:
    """Judge an object of JSON with the members that Graph documents; see `judge_object`."""
    return judge_object(number, line, _judge_members)


def _judge_members(number: int, members: dict[str, Any], text: bytes) -> Judged:
    if wrong := tuple(_wrong_members(members)):
        return Rejected(number, _shown(members.get(IDENTIFIER)), wrong, text)
    given = {name: value for name, value in members.items() if name in MEMBERS and value}
    return _judge(number, given, text)


def _wrong_members(members: Mapping[str, Any]) -> Iterator[Finding]:
    for name, value in members.items():
        field = redacted(name, 80)
        if name not in MEMBERS and name not in SERVER_SET:
            hint = f"known are {', '.join(MEMBERS)}"
            yield Finding(field, Code.UNKNOWN_FIELD, {"hint": hint})
        elif name in MEMBERS and not isinstance(value, str | None):
            details = {"expected": "a text", "found": "something else"}
            yield Finding(field, Code.WRONG_TYPE, details)
        elif value and MEMBERS.get(name) and value not in MEMBERS[name]:
            words = {"found": redacted(value, 40), "words": ", ".join(MEMBERS[name]), "hint": ""}
            yield Finding(field, Code.UNKNOWN_VALUE, words)


def _judge(number: int, members: dict[str, str], source: bytes) -> Judged:
    if not members.get(IDENTIFIER):
        return Rejected(number, None, (Finding(IDENTIFIER, Code.MISSING_FIELD),), source)
    kind = members.setdefault(TYPE, _kind(members[IDENTIFIER]))
    warnings = tuple(_adjusted(members, kind))
    identifier = members[IDENTIFIER]
    if wrong := tuple(_wrong(members, kind)):
        return Rejected(number, _shown(identifier), wrong, source)
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
    traits = Traits("create", "", kind)
    return Accepted(number, identifier, None, text, None, Order.DEVICE, traits, warnings)


def known_as(kind: str, identifier: str) -> str:
    """Return an identifier so that ours and Intune's spelling of it are the same.

    Of manufacturer, model and serial number Intune keeps the letters, in upper case, and the
    digits (a tenant's list in the admin center, August 2026). Whether it tells serial numbers
    apart by case is not documented; no two devices are expected to differ by nothing else.
    """
    upper = identifier.upper()
    if kind != MODEL:
        return upper
    return "".join(each for each in upper if each.isalnum() or each == ",")


def _kind(identifier: str) -> str:
    return IMEI if _IMEI.fullmatch(identifier) else SERIAL


def _adjusted(members: dict[str, str], kind: str) -> Iterator[Finding]:
    """Leave out what Intune does not take, and warn of that and of what looks mistyped."""
    identifier = members[IDENTIFIER]
    if kind == SERIAL and "." in identifier:
        members[IDENTIFIER] = identifier.replace(".", "")
        yield Finding(IDENTIFIER, Code.DOTS_REMOVED)
    if kind == IMEI and (why := _why_unusual(identifier)):
        yield Finding(IDENTIFIER, Code.UNUSUAL_IMEI, {"why": why})


def _wrong(members: Mapping[str, str], kind: str) -> Iterator[Finding]:
    if not _CHECKS[kind].is_good(members[IDENTIFIER]):
        yield Finding(IDENTIFIER, Code.INVALID_IDENTIFIER, {"expected": _CHECKS[kind].expected})
    if len(details := members.get(DESCRIPTION, "")) > MAX_DETAILS:
        yield Finding(DESCRIPTION, Code.TOO_LONG, {"length": len(details)})


def _why_unusual(imei: str) -> str | None:
    if len(imei) != _LUHN_DIGITS:
        return f"it has {len(imei)} digits, mostly it has {_LUHN_DIGITS}"
    if sum(_luhn(place, int(digit)) for place, digit in enumerate(imei)) % 10:
        return "its last digit does not check the others"
    return None


def _luhn(place: int, digit: int) -> int:
    doubled = digit * (1 + place % 2)
    return doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - the digits are added up


def _shown(identifier: Any) -> str | None:
    return redacted(identifier, 128) if isinstance(identifier, str) else None
