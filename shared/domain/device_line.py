"""Judges one line of an NDJSON device file and writes it the way the hub wants it.

A line is accepted, rejected with every rule it breaks, or skipped with the reason. An accepted
line whose meaning needs no change keeps its bytes; only others are written anew.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from pydantic import ValidationError

from shared.domain.device_identity import DeviceIdentity, Respelled, parse_line
from shared.domain.device_rules import Finding, broken_rules
from shared.domain.field_violations import field_findings
from shared.domain.redaction import redacted
from shared.domain.violation import Code, Violation


#: A longer line is no device: tags, desired and reported together stay below 80 KB.
#: Source: device twin limits (8 KB + 32 KB + 32 KB).
MAX_LINE_BYTES: Final = 256 * 1024

_MEMBER: Final = re.compile(rb'"\s*:')


@dataclass(frozen=True, slots=True)
class Accepted:
    """A line that may go to the hub."""

    line: int
    device_id: str
    module_id: str | None
    #: The canonical line, UTF-8, without line end.
    text: bytes

    @property
    def key(self) -> bytes:
        """What may stand in a file only once."""
        return (
            f"{self.device_id}\n{self.module_id}".encode()
            if self.module_id
            else (self.device_id.encode())
        )


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that may not go on, with every rule it breaks."""

    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line with nothing to import; `note` says why."""

    note: Violation


type Judged = Accepted | Rejected | Skipped


def judge_line(number: int, text: bytes) -> Judged:
    """Judge one line.

    Args:
        number: Line of the file, counted from 1.
        text: The line without its line end; one longer than `MAX_LINE_BYTES` may be cut off
            anywhere behind that.
    """
    text = text.strip(b" \t\r")
    if not text:
        return Skipped(Violation(number, "", Code.BLANK_LINE, "is empty"))
    if len(text) > MAX_LINE_BYTES:
        return _rejected(number, b"", [_too_long()])
    try:
        device = parse_line(text)
    except ValidationError as error:
        return _rejected(number, text, list(_findings(text, error)))
    return _judge_device(number, text, device)


def _judge_device(number: int, text: bytes, device: DeviceIdentity) -> Judged:
    findings = broken_rules(device) + ambiguous_members(text, device)
    module_id = device.get("moduleId")
    if findings:
        return _rejected(number, text, findings)
    if module_id and module_id.startswith("$"):
        return Skipped(_system_module(number, device["id"], module_id))
    return Accepted(number, device["id"], module_id, _canonical(device, text))


def _findings(text: bytes, error: ValidationError) -> Iterator[Finding]:
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] != "json_invalid":
        yield from (
            field_findings(error)
            if first["loc"]
            else [("", Code.NOT_AN_OBJECT, "must be one JSON object, { … }")]
        )
        return
    try:
        text.decode()
    except UnicodeDecodeError as bad:
        yield (
            "",
            Code.NOT_UTF8,
            f"is not UTF-8 from byte {bad.start + 1} on; save the file as UTF-8",
        )
    else:
        detail = first["ctx"]["error"].replace(" at line 1 column ", ", character ")
        yield "", Code.NOT_JSON, f"is no JSON: {detail}"


def ambiguous_members(text: bytes, device: DeviceIdentity) -> list[Finding]:
    """Find what JSON parsers read in different ways: a member that stands twice, and NaN.

    Only a line with more colons than members, or that names such a number, is parsed again.
    """
    if (
        len(_MEMBER.findall(text)) == _members(device)
        and b"NaN" not in text
        and (b"Infinity" not in text)
    ):
        return []
    findings: list[Finding] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(pairs)
        if len(seen) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            findings.append((redacted(twice, 80), Code.DUPLICATE_FIELD, "stands there twice"))
        return seen

    def number(name: str) -> None:
        findings.append(("", Code.NOT_JSON, f"is no JSON: {name} is no number"))

    # Numbers stay text: Python refuses to read those with thousands of digits.
    json.loads(
        text, object_pairs_hook=members, parse_constant=number, parse_int=str, parse_float=str
    )
    return findings


def _members(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_members, value.values()))
    return sum(map(_members, value)) if isinstance(value, list) else 0


def _canonical(device: DeviceIdentity, text: bytes) -> bytes:
    """Return the line in the hub's own spelling; the very bytes where nothing needs a change."""
    authentication = device.get("authentication") or {}
    words = (device.get("importMode"), device.get("status"), authentication.get("type"))
    keys = authentication.get("symmetricKey") or {}
    respelled = any(isinstance(word, Respelled) for word in words)
    if device.get("status") and "" not in keys.values() and not respelled:
        return text
    # The live import job asks for a status on every line; the REST API enables without one.
    changed = cast("dict[str, Any]", {**device, "status": device.get("status") or "enabled"})
    if "" in keys.values():
        changed["authentication"] = {**authentication, "symmetricKey": None}
    return json.dumps(changed, ensure_ascii=False, separators=(",", ":")).encode()


def _rejected(number: int, text: bytes, findings: list[Finding]) -> Rejected:
    device_id = _device_id(text)
    return Rejected(
        tuple(
            Violation(number, redacted(field, 200), code, message, device_id)
            for field, code, message in findings
        )
    )


def _device_id(text: bytes) -> str | None:
    """Return the id that a broken line seems to be about."""
    try:
        value = json.loads(text)["id"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return redacted(value, 128) if isinstance(value, str) else None


def _too_long() -> Finding:
    limit = MAX_LINE_BYTES // 1024
    return "", Code.LINE_TOO_LONG, f"is longer than {limit} KB; is there a line end missing?"


def _system_module(number: int, device_id: str, module_id: str) -> Violation:
    message = f"{module_id} is a system module, which the hub makes itself"
    return Violation(number, "moduleId", Code.SYSTEM_MODULE, message, device_id)
