"""Joins what became of every entry: one report line for each entry of the source, in its order."""

import heapq
import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, Final

from shared.domain.accepted_part import names_of
from shared.domain.import_errors import LineError


class Outcome(StrEnum):
    """What became of an entry."""

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


#: Tells the verdict on a device (id, module id or None) and its canonical line.
type Verdicts = Callable[[str, str | None, bytes], Verdict]

APPLIED: Final = Verdict(Outcome.APPLIED)


def verdict_on(error: LineError | None) -> Verdict:
    """Return the verdict on a line of a job that went through the whole file."""
    if error is None:
        return APPLIED
    outcome = Outcome.APPLIED if error.applied else Outcome.FAILED
    return Verdict(outcome, error.code, error.message)


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of `report.ndjson`."""

    #: Number of the entry, counted from 1; None for what the hub said of none in particular.
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


def kept_back(lines: Iterable[bytes], outcome: Outcome) -> Iterator[ReportLine]:
    """Yield the entries that validation kept back, from what it wrote of each, in their order."""
    found = (json.loads(line) for line in lines)
    for number, group in groupby(found, key=itemgetter("line")):
        said = list(group)
        message = "; ".join(f"{one['field']} {one['message']}".strip() for one in said)
        verdict = Verdict(outcome, said[0]["code"], message)
        yield ReportLine(number, said[0]["deviceId"], None, verdict)


def sent(
    numbers: Iterable[bytes], lines: Iterable[bytes], verdicts: Verdicts
) -> Iterator[ReportLine]:
    """Yield the lines that went to the target, in their order there.

    Args:
        numbers: For each line its number in the source, as 4 bytes; cut at multiples of 4.
        lines: The canonical lines, of devices or of corporate identifiers.
        verdicts: What became of them.
    """
    for number, text in zip(_numbers(numbers), lines, strict=True):
        device_id, module_id = names_of(text)
        yield ReportLine(number, device_id, module_id, verdicts(device_id, module_id, text), text)


def _numbers(chunks: Iterable[bytes]) -> Iterator[int]:
    for chunk in chunks:
        yield from array("I", chunk)


def in_order(*parts: Iterable[ReportLine]) -> Iterator[ReportLine]:
    """Yield the lines of several parts, each in order, in the order of the source."""
    return heapq.merge(*parts, key=attrgetter("line"))
