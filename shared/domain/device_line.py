"""Judges one line of a device file and writes it the way the hub wants it.

This is the schema of record: whatever is faster (`line_patterns`) must accept nothing that is
refused here. A line is accepted, rejected with every rule it breaks, or skipped with the reason.
An accepted line whose meaning needs no change keeps its bytes; only others are written anew.
"""

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import from_json

from shared.domain.ambiguity import ambiguities
from shared.domain.canonical_line import Edit, canonical_line, complete
from shared.domain.defaults import Defaults
from shared.domain.device_identity import DeviceIdentity, parse_line
from shared.domain.device_rules import Facts, device_findings, facts_of
from shared.domain.field_findings import field_findings
from shared.domain.finding import Finding, Violation
from shared.domain.redaction import redacted
from shared.domain.rules import Code, Severity
from shared.domain.twin_rules import twin_findings


NO_DEFAULTS: Final = Defaults()
#: A longer line is no device: tags, desired and reported together stay below 80 KB.
MAX_LINE_BYTES: Final = 256 * 1024
#: What is kept of a longer one. It is still too long where the last byte is a carriage return and
#: a line feed follows.
CUT: Final = MAX_LINE_BYTES + 2


class Order(IntEnum):
    """In which order lines must reach the hub: what another line builds on comes first."""

    DEVICE = 0
    EDGE_CHILD = 1  #: an edge device with a parent, which must be there
    CHILD = 2  #: any other device with a parent, which may be an edge device that has one, too
    MODULE = 3  #: belongs to a device, which must be there


class Traits(NamedTuple):
    """What a line asks for, for the summary of the file."""

    mode: str
    status: str
    #: How the device proves who it is; of a corporate identifier, its type.
    authentication: str


def key_of(device_id: str, module_id: str | None) -> bytes:
    """Return what may stand in a file only once: a device, or a module of it."""
    return (f"{device_id}\n{module_id}" if module_id else device_id).encode()


class Accepted(NamedTuple):
    """A line that may go to the hub."""

    line: int
    device_id: str
    module_id: str | None
    #: The canonical line, UTF-8, without line end.
    text: bytes
    #: What made the line canonical; None if it was written anew.
    edit: Edit | None
    order: Order
    traits: Traits
    warnings: tuple[Finding, ...]

    @property
    def key(self) -> bytes:
        """What may stand in a file only once."""
        return key_of(self.device_id, self.module_id)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that may not go on, with everything that is wrong with it."""

    line: int
    device_id: str | None
    #: Errors, then warnings: the first one stands for the line where only one is told.
    findings: tuple[Finding, ...]
    #: The line as the sender wrote it; empty if there is nothing that could be sent again.
    text: bytes

    @property
    def violations(self) -> Iterator[Violation]:
        """Yield the findings with their place."""
        return (Violation(self.line, self.device_id, finding) for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line with nothing to import; `note` says why."""

    line: int
    note: Violation


type Judged = Accepted | Rejected | Skipped


def judge_line(number: int, text: bytes, defaults: Defaults = NO_DEFAULTS) -> Judged:
    """Judge one line.

    Args:
        number: Line of the file, counted from 1.
        text: The line without its line end. Of one that is too long, anything behind `CUT` may
            be missing, so it is not looked into: what is left of it may look good.
        defaults: What holds for a line that does not say it itself.
    """
    if len(text) > MAX_LINE_BYTES:
        return too_long(number, text[:CUT])
    text = text.strip(b" \t\r")
    if not text:
        return blank(number)
    try:
        device = parse_line(text)
    except ValidationError as error:
        return _rejected(number, text, _unparsable(text, error))
    return _judge_device(number, text, device, defaults)


def blank(number: int) -> Skipped:
    """Skip an entry with nothing in it."""
    return Skipped(number, Violation(number, None, Finding("", Code.BLANK_LINE)))


def too_long(number: int, text: bytes) -> Rejected:
    """Reject an entry that is longer than `MAX_LINE_BYTES`; `text` stands for it."""
    limit = {"limit": MAX_LINE_BYTES // 1024}
    return Rejected(number, None, (Finding("", Code.LINE_TOO_LONG, limit),), text)


def unreadable(text: bytes, why: str) -> Finding:
    """Return what is wrong with bytes that pydantic cannot read as JSON.

    Args:
        text: The bytes.
        why: What pydantic says.
    """
    try:
        text.decode()
    except UnicodeDecodeError as bad:
        return Finding("", Code.NOT_UTF8, {"byte": bad.start + 1})
    why = why.replace(" at line 1 column ", ", character ")
    if text.startswith(BOM_UTF8):
        why = "a byte order mark stands before it, as where files were put together; remove it"
    return Finding("", Code.NOT_JSON, {"why": why})


def _judge_device(number: int, text: bytes, device: DeviceIdentity, defaults: Defaults) -> Judged:
    findings = ambiguities(text, device)
    left_out = complete(device, defaults)
    facts = facts_of(device)
    findings += device_findings(facts)
    findings += twin_findings(device)
    if findings and any(finding.severity is Severity.ERROR for finding in findings):
        return _rejected(number, text, findings)
    module_id = device.get("moduleId") or None
    if module_id and module_id.startswith("$"):
        note = Finding("moduleId", Code.SYSTEM_MODULE, {"found": redacted(module_id, 40)})
        return Skipped(number, Violation(number, device["id"], note))
    line, edit = canonical_line(device, text, left_out)
    return Accepted(
        number,
        device["id"],
        module_id,
        line,
        edit,
        order_of(device),
        _traits(facts),
        tuple(findings),
    )


def _unparsable(text: bytes, error: ValidationError) -> Iterator[Finding]:
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        yield unreadable(text, first["ctx"]["error"])
    elif first["loc"]:
        yield from field_findings(error)
    else:
        yield Finding("", Code.NOT_AN_OBJECT)


def _traits(facts: Facts) -> Traits:
    if facts.mode.effect in {"delete", "write_twin"}:
        authentication = "untouched"
    elif facts.makes_new_keys:
        authentication = "keys made by the hub"
    else:
        authentication = facts.kind or ("sas" if facts.primary else "selfSigned")
    return Traits(facts.mode_name, facts.device.get("status") or "enabled", authentication)


def order_of(device: DeviceIdentity) -> Order:
    """Return where a device or module stands in the order of a file."""
    if device.get("moduleId"):
        return Order.MODULE
    if (device.get("capabilities") or {}).get("iotEdge"):  # its deviceScope is its own
        return Order.EDGE_CHILD if device.get("parentScopes") else Order.DEVICE
    has_parent = device.get("parentScopes") or device.get("deviceScope")
    return Order.CHILD if has_parent else Order.DEVICE


def _rejected(number: int, text: bytes, findings: Iterable[Finding]) -> Rejected:
    safe = (Finding(redacted(one.field, 200), one.code, one.details) for one in findings)
    errors_first = sorted(safe, key=lambda one: one.severity is not Severity.ERROR)
    return Rejected(number, _device_id(text), tuple(errors_first), text)


def _device_id(text: bytes) -> str | None:
    """Return the id that a broken line seems to be about."""
    try:
        value = from_json(text)["id"]
    except (ValueError, TypeError, KeyError):
        return None
    return redacted(value, 128) if isinstance(value, str) else None
