"""Joins what became of every line: one report line for each line of the source, in its order."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from pydantic_core import from_json

from shared.domain.import_errors import LineError


class Outcome(StrEnum):
    """What became of a line."""

    APPLIED = "applied"
    FAILED = "failed"  #: the target refused it
    REJECTED = "rejected"  #: it breaks a rule, and was never sent
    SKIPPED = "skipped"  #: there was nothing to import, or nothing was


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an accepted line, and why."""

    outcome: Outcome
    code: str = ""
    message: str = ""


#: Tells the verdict on a device (id, module id or None).
type Verdicts = Callable[[str, str | None], Verdict]

APPLIED: Final = Verdict(Outcome.APPLIED)


def verdict_on(error: LineError | None) -> Verdict:
    """Return the verdict on a line of a job that went through the whole file."""
    return Verdict(Outcome.FAILED, error.code, error.message) if error else APPLIED


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of `report.ndjson`."""

    #: Line of the source, counted from 1; None for what the hub said of no line in particular.
    line: int | None
    device_id: str | None
    module_id: str | None
    verdict: Verdict
    #: The canonical line, for those that went to the target.
    text: bytes = b""

    def as_json(self) -> Mapping[str, Any]:
        """Return the members of the line in the report."""
        return {
            "line": self.line,
            "deviceId": self.device_id,
            **({"moduleId": self.module_id} if self.module_id else {}),
            "outcome": self.verdict.outcome,
            "code": self.verdict.code,
            "message": self.verdict.message,
        }


@dataclass(frozen=True, slots=True)
class SetAside:
    """A line that validation kept back, with everything that was said of it."""

    line: int
    device_id: str | None
    verdict: Verdict


def set_aside(lines: Iterable[bytes], outcome: Outcome) -> Iterator[SetAside]:
    """Read back what validation wrote: one JSON object for each broken rule, in order of lines."""
    entries = (json.loads(line) for line in lines)
    for number, group in groupby(entries, key=itemgetter("line")):
        said = list(group)
        message = "; ".join(f"{one['field']} {one['message']}".strip() for one in said)
        verdict = Verdict(outcome, said[0]["code"], message)
        yield SetAside(number, said[0]["deviceId"], verdict)


def report_lines(
    accepted: Iterable[bytes], kept_back: Iterable[SetAside], verdicts: Verdicts
) -> Iterator[ReportLine]:
    """Yield the report.

    Args:
        accepted: The canonical lines that went to the target, in the order of the source.
        kept_back: All other lines, in the order of the source; the accepted ones fill the gaps.
        verdicts: What became of the accepted lines.
    """
    kept = iter(kept_back)
    waiting = next(kept, None)
    number = 1
    for text in accepted:
        while waiting and waiting.line == number:
            yield ReportLine(waiting.line, waiting.device_id, None, waiting.verdict)
            number, waiting = number + 1, next(kept, None)
        device = from_json(text)
        device_id, module_id = device["id"], device.get("moduleId") or None
        yield ReportLine(number, device_id, module_id, verdicts(device_id, module_id), text)
        number += 1
    while waiting:
        yield ReportLine(waiting.line, waiting.device_id, None, waiting.verdict)
        waiting = next(kept, None)
