"""Ends an import: every entry gets its outcome, the reports are written, the result is put down.

The reports come first and the final state last, in one write with the event. So whoever dies in
between leaves an import that is simply ended once more. Whoever comes too late, for having stood
still, replaces no report: the versions it may replace were noted before it wrote the record.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from shared.domain.formats.ndjson import split_lines
from shared.domain.formats.recognition import format_from
from shared.domain.import_errors import LineError
from shared.domain.import_record import Counts, ImportRecord, Reason
from shared.domain.lifecycle import State
from shared.domain.parts import Part, Parts, Write, json_line
from shared.domain.report import (
    APPLIED,
    Outcome,
    ReportLine,
    Verdict,
    Verdicts,
    in_order,
    kept_back,
    sent,
    verdict_on,
)
from shared.domain.result import SAMPLE_ERRORS, SampleError, import_result, sample
from shared.ports import LineErrors, Ports, Work
from shared.use_cases.phases import over_phases
from shared.use_cases.work_parts import WorkParts


log = logging.getLogger(__name__)

#: The files that people get, by their names in the result.
REPORT = "report.ndjson"
NONE: Mapping[str, str] = MappingProxyType({})
#: Code of the reason, and name of the event, when a job cannot be cancelled.
CANCEL_REFUSED = "cancel_refused"
#: Those that are what validation wrote.
COPIES = {"rejected": Part.REJECTED_CSV, "warnings": Part.WARNINGS}


@dataclass(frozen=True, slots=True)
class _Versions:
    """The versions of files that may be replaced, by name."""

    kept: Mapping[str, str]
    reports: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ending:
    """How an import ends."""

    state: State
    verdicts: Verdicts
    #: What the target said of no line in particular; asked for after all verdicts.
    rest: Callable[[], Iterable[LineError]] = tuple
    reason: Reason | None = None
    #: On lines of phases that come no more; None if `verdicts` tell of these, too.
    unsent: Verdict | None = None
    #: What the event is called, if not like the state.
    event: str = ""
    #: What was exported: names of files among the reports, and how many lines of devices.
    exported: tuple[str, ...] = ()
    devices: int = 0


def ending_for_all(state: State, outcome: Outcome, reason: Reason) -> Ending:
    """Return the ending in which all accepted lines share one fate, for one reason."""
    verdict = Verdict(outcome, reason.code, reason.text)
    return Ending(state, lambda *_: verdict, reason=reason)


def ending_by_line(
    errors: LineErrors, state: State = State.COMPLETED, reason: Reason | None = None
) -> Ending:
    """Return the ending of a job of which the target tells line by line.

    Args:
        errors: What it tells.
        state: How the import ends.
        reason: Why it was broken off, if it was.
    """
    return Ending(
        state,
        lambda device_id, module_id, _: verdict_on(errors.take(device_id, module_id)),
        errors.rest,
        reason,
        unsent=Verdict(Outcome.FAILED, reason.code, reason.text) if reason else None,
    )


def ending_with_files(
    ports: Ports, record: ImportRecord, files: Mapping[str, Iterable[bytes]]
) -> Ending:
    """Copy the files of an export; return the ending that hands them out."""
    with ports.work.replace(_export_folder(record), tuple(files)) as writers:
        lines = {name: _copied(chunks, writers(name, 0)) for name, chunks in files.items()}
    devices = lines.get(Part.DEVICES, 0)
    return Ending(State.COMPLETED, lambda *_: APPLIED, exported=tuple(files), devices=devices)


def _export_folder(record: ImportRecord) -> str:
    """Return where the files of an export go: keys are for those who may see device files."""
    keys = record.export and record.export.keys
    return f"work/{record.id}" if keys else f"reports/{record.id}"


def _copied(chunks: Iterable[bytes], write: Write) -> int:
    """Copy a file; return its lines but for the notice before those of an export without keys."""
    lines = 0
    for number, chunk in enumerate(chunks):
        write(chunk)
        lines += chunk.count(b"\n") - (number == 0 and chunk[:1] not in b"{")
    return lines


def conclude(ports: Ports, record: ImportRecord, ending: Ending) -> ImportRecord:
    """Write the reports of an import and store its final state with the event for subscribers.

    Raises:
        Conflict: Someone else wrote the record, or a report.
    """
    versions = _Versions(
        ports.work.versions(f"work/{record.id}"), ports.work.versions(f"reports/{record.id}")
    )
    # Whoever read it before fails from here on, and whoever reads it later finds other versions.
    record = ports.records.replace(record.amend())
    if record.export:
        account = _of_export(ports, record, ending)
    else:
        account = _of_import(ports, record, ending, versions)
    now = ports.clock.now()
    reason = ending.reason or _refused_cancel(record)
    ended = record.advance(ending.state, now, counts=account.counts, reason=reason)
    kind = ending.event or ending.state
    stored = ports.records.replace(told(ended, now, kind, account.samples, account.reports))
    log.info("import.%s id=%s applied=%d failed=%d rejected=%d", stored.state, stored.id,
             stored.counts.applied, stored.counts.failed, stored.counts.rejected)  # fmt: skip
    return stored


def told(
    record: ImportRecord,
    at: datetime,
    kind: str,
    samples: tuple[SampleError, ...] = (),
    reports: Mapping[str, str] = NONE,
) -> ImportRecord:
    """Return a record with an event of that kind, which tells of it as it is."""
    event = record.with_event(kind, at, import_result(record, samples, reports))
    return record.model_copy(update=event)


@dataclass(frozen=True, slots=True)
class _Account:
    """What is told of an ending."""

    counts: Counts
    samples: tuple[SampleError, ...]
    #: Addresses by name.
    reports: Mapping[str, str]


def _of_import(
    ports: Ports, record: ImportRecord, ending: Ending, versions: _Versions
) -> _Account:
    opened = over_phases(ports, record, ending.verdicts, ending.rest, ending.unsent)
    with opened as (verdicts, rest):
        whole = replace(ending, verdicts=verdicts, rest=rest)
        outcomes, samples = _write_reports(ports.work, record, whole, versions)
    counts = record.counts.model_copy(
        update={"applied": outcomes[Outcome.APPLIED], "failed": outcomes[Outcome.FAILED]}
    )
    return _Account(counts, samples, _addresses(ports.work, record))


def _of_export(ports: Ports, record: ImportRecord, ending: Ending) -> _Account:
    names = {name.partition(".")[0]: name for name in ending.exported}
    folder = _export_folder(record)
    reports = {name: ports.work.address(f"{folder}/{file}") for name, file in names.items()}
    counts = Counts(total=ending.devices, accepted=ending.devices, applied=ending.devices)
    return _Account(counts, (), reports)


def _refused_cancel(record: ImportRecord) -> Reason | None:
    """Return why an import that someone wanted cancelled went on, if it did."""
    return record.reason if record.reason and record.reason.code == CANCEL_REFUSED else None


def _retry_name(record: ImportRecord) -> str:
    return f"retry.{record.layout.get('name', 'ndjson')}"


def _addresses(work: Work, record: ImportRecord) -> dict[str, str]:
    files = {"report": REPORT, **COPIES}
    reports = {name: work.address(f"reports/{record.id}/{file}") for name, file in files.items()}
    return {**reports, "retry": work.address(f"work/{record.id}/{_retry_name(record)}")}


def _write_reports(
    work: Work, record: ImportRecord, ending: Ending, versions: _Versions
) -> tuple[Counter[Outcome], tuple[SampleError, ...]]:
    outcomes: Counter[Outcome] = Counter()
    samples: list[SampleError] = []
    retry_name = _retry_name(record)
    # What is to be sent again holds the keys of the file, so it is no report.
    with (
        work.replace(f"work/{record.id}", (retry_name,), onto=versions.kept) as kept,
        work.replace(
            f"reports/{record.id}", (REPORT, *COPIES.values()), onto=versions.reports
        ) as files,
    ):
        report = files(REPORT, 0)
        retry = _Retry(record, work, kept(retry_name, 0))
        for line in _report(work, record, ending):
            outcome = line.verdict.outcome
            outcomes[outcome] += 1
            report(json_line(line.as_json()))
            if outcome is Outcome.FAILED and line.text:
                retry.add(line.text)
            if outcome in {Outcome.FAILED, Outcome.REJECTED} and len(samples) < SAMPLE_ERRORS:
                samples.append(sample(line))
        retry.end()
        for name in COPIES.values():
            for chunk in WorkParts(work, record).read(name):
                files(name, 0)(chunk)
    return outcomes, tuple(samples)


class _Retry:
    """Writes what was not applied as the sender would: rejected entries, then failed ones."""

    def __init__(self, record: ImportRecord, work: Work, write: Write) -> None:
        self._write = write
        self._format = format_from(record.layout)
        self._entries = 0
        for chunk in WorkParts(work, record).read(Part.ENTRIES):
            self._write(chunk if self._entries else self._format.head + chunk)
            self._entries += 1

    def add(self, line: bytes) -> None:
        """Add a line that the target refused."""
        before = self._format.separator if self._entries else self._format.head
        self._write(before + self._format.source_of(line))
        self._entries += 1

    def end(self) -> None:
        """Close the file; without an entry it stays empty."""
        if self._entries:
            self._write(self._format.tail)


def _report(work: Work, record: ImportRecord, ending: Ending) -> Iterator[ReportLine]:
    parts = WorkParts(work, record)

    def lines(part: Part) -> Iterator[bytes]:
        return split_lines(parts.read(part))

    yield from in_order(
        *_sent(parts, record, ending.verdicts),
        kept_back(lines(Part.REJECTED), Outcome.REJECTED),
        kept_back(lines(Part.SKIPPED), Outcome.SKIPPED),
    )
    for error in ending.rest():
        yield ReportLine(None, error.device_id, error.module_id, verdict_on(error))


def _sent(
    parts: Parts, record: ImportRecord, verdicts: Verdicts
) -> Iterator[Iterator[ReportLine]]:
    """Yield the lines that went to the target, section by section, each in order."""
    numbers = devices = 0
    for section in record.sections:
        size = section.lines * 4
        yield sent(
            parts.read(Part.NUMBERS, numbers, size),
            split_lines(parts.read(Part.DEVICES, devices, section.bytes)),
            verdicts,
        )
        numbers, devices = numbers + size, devices + section.bytes
