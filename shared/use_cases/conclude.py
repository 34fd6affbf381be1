"""Ends an import: every line gets its outcome, the reports are written, the result is put down.

The reports come first and the final state last, in one write with the event. So whoever dies in
between leaves an import that is simply ended once more, with the same bytes.
"""

import heapq
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from operator import attrgetter

from shared.domain.device_file import split_lines
from shared.domain.import_errors import LineError
from shared.domain.import_record import ImportRecord, Reason
from shared.domain.lifecycle import State
from shared.domain.report import (
    Outcome,
    ReportLine,
    Verdict,
    Verdicts,
    report_lines,
    set_aside,
    verdict_on,
)
from shared.domain.result import SAMPLE_ERRORS, SampleError, import_result, sample
from shared.ports import LineErrors, Ports, Work


log = logging.getLogger(__name__)

REPORTS = {"report": "report.ndjson", "retry": "retry.ndjson"}


@dataclass(frozen=True, slots=True)
class Ending:
    """How an import ends."""

    state: State
    verdicts: Verdicts
    #: What the target said of no line in particular; asked for after all verdicts.
    rest: Callable[[], Iterable[LineError]] = tuple
    reason: Reason | None = None


def ending_for_all(state: State, outcome: Outcome, reason: Reason) -> Ending:
    """Return the ending in which all accepted lines share one fate, for one reason."""
    verdict = Verdict(outcome, reason.code, reason.text)
    return Ending(state, lambda *_: verdict, reason=reason)


def ending_by_line(errors: LineErrors) -> Ending:
    """Return the ending of a job that went through the file: each line for itself."""
    return Ending(
        State.COMPLETED,
        lambda device_id, module_id: verdict_on(errors.take(device_id, module_id)),
        errors.rest,
    )


def conclude(ports: Ports, record: ImportRecord, ending: Ending) -> ImportRecord:
    """Write the reports of an import and store its final state with the event for subscribers."""
    outcomes, samples = _write_reports(ports.work, record.id, ending)
    counts = record.counts.model_copy(
        update={
            "applied": outcomes[Outcome.APPLIED],
            "failed": outcomes[Outcome.FAILED],
        }
    )
    now = ports.clock.now()
    ended = record.advance(ending.state, now, counts=counts, reason=ending.reason)
    addresses = {
        name: ports.work.address(f"reports/{record.id}/{file}") for name, file in REPORTS.items()
    }
    data = import_result(ended, samples, addresses)
    stored = ports.records.replace(
        ended.model_copy(update=ended.with_event(ending.state, now, data))
    )
    log.info("import.%s id=%s applied=%d failed=%d rejected=%d", stored.state, stored.id,
             counts.applied, counts.failed, counts.rejected)  # fmt: skip
    return stored


def _write_reports(
    work: Work, import_id: str, ending: Ending
) -> tuple[Counter[Outcome], tuple[SampleError, ...]]:
    outcomes: Counter[Outcome] = Counter()
    samples: list[SampleError] = []
    with ExitStack() as files:
        report = files.enter_context(work.write(f"reports/{import_id}/{REPORTS['report']}"))
        retry = files.enter_context(work.write(f"reports/{import_id}/{REPORTS['retry']}"))
        for line in _report(work, import_id, ending):
            outcome = line.verdict.outcome
            outcomes[outcome] += 1
            report(_json_line(line))
            if outcome is Outcome.FAILED and line.text:
                retry(line.text + b"\n")
            if outcome in {Outcome.FAILED, Outcome.REJECTED} and len(samples) < SAMPLE_ERRORS:
                samples.append(sample(line))
    return outcomes, tuple(samples)


def _report(work: Work, import_id: str, ending: Ending) -> Iterator[ReportLine]:
    def lines(name: str) -> Iterator[bytes]:
        return split_lines(work.read(f"work/{import_id}/{name}"))

    kept_back = heapq.merge(
        set_aside(lines("rejected.ndjson"), Outcome.REJECTED),
        set_aside(lines("skipped.ndjson"), Outcome.SKIPPED),
        key=attrgetter("line"),
    )
    yield from report_lines(lines("devices.txt"), kept_back, ending.verdicts)
    for error in ending.rest():
        yield ReportLine(None, error.device_id, error.module_id, verdict_on(error))


def _json_line(line: ReportLine) -> bytes:
    return json.dumps(line.as_json(), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
