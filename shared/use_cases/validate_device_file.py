"""A device file was dropped: notes it, judges every line, lays out what may go to the target."""

import json
import logging
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack

from shared.domain.device_file import RepeatedKeys, judge_lines, reject_repeated
from shared.domain.device_line import Accepted, Judged, Rejected, Skipped
from shared.domain.drop import choose_target
from shared.domain.errors import SourceChanged
from shared.domain.import_record import Counts, ImportRecord, Reason, Source, import_id
from shared.domain.lifecycle import State
from shared.domain.report import Outcome
from shared.domain.violation import Violation
from shared.ports import Ports, Work, Write
from shared.use_cases.conclude import conclude, ending_for_all


log = logging.getLogger(__name__)


def validate_device_file(
    ports: Ports, container: str, name: str, default_target: str | None
) -> str | None:
    """Take in the version of the blob that is there now; return the id of an import to start.

    Telling it of the same version again changes nothing. None is returned when there is nothing to
    start: the blob is gone, the file was rejected, or its import is on its way already.
    """
    source = ports.files.look(container, name)
    if source is None:
        log.warning("device_file.gone container=%s", container)
        return None
    record = ports.records.create(_received(ports, source, default_target))
    if record.state is State.RECEIVED:
        record = _validate(ports, record, default_target)
    return record.id if record.state is State.QUEUED else None


def _received(ports: Ports, source: Source, default_target: str | None) -> ImportRecord:
    now = ports.clock.now()
    target = choose_target(source.name, ports.targets, default_target)
    return ImportRecord(
        id=import_id(source.account, source.container, source.name, source.etag),
        since=now,
        received_at=now,
        source=source,
        target=target if isinstance(target, str) else None,
        slot=ports.targets[target].slot if isinstance(target, str) else "",
    )


def _validate(ports: Ports, record: ImportRecord, default_target: str | None) -> ImportRecord:
    try:
        counts = _lay_out_once_each(ports, record)
    except SourceChanged:
        changed = Reason(code="superseded", text="the file was overwritten or deleted meanwhile")
        return conclude(ports, record, ending_for_all(State.REJECTED, Outcome.SKIPPED, changed))
    record = record.amend(counts=counts)
    if reason := _why_rejected(ports, record, default_target):
        return conclude(ports, record, ending_for_all(State.REJECTED, Outcome.SKIPPED, reason))
    now = ports.clock.now()
    queued = record.advance(State.VALIDATED, now).advance(State.QUEUED, now, queued_at=now)
    log.info("import.queued id=%s accepted=%d rejected=%d", record.id, counts.accepted,
             counts.rejected)  # fmt: skip
    return ports.records.replace(queued)


def _why_rejected(ports: Ports, record: ImportRecord, default_target: str | None) -> Reason | None:
    target = choose_target(record.source.name, ports.targets, default_target)
    counts = record.counts
    if isinstance(target, Reason):
        return target
    if counts.total == counts.skipped:
        return Reason(code="empty_file", text="the file has no line to import")
    if not counts.accepted:
        return Reason(code="no_good_line", text=f"all {counts.rejected} lines break a rule")
    if counts.rejected and ports.targets[target].strict:
        text = f"{counts.rejected} lines break a rule, and this target takes whole files only"
        return Reason(code="strict", text=text)
    return None


def _lay_out_once_each(ports: Ports, record: ImportRecord) -> Counts:
    """Judge the file in one pass; in a second one only if a device may stand there twice."""
    with ports.work.scratch() as scratch:
        repeated = RepeatedKeys(scratch)
        counts = _lay_out(ports.work, record, repeated.watch(_judged(ports, record)))
        suspects = repeated.suspects()
    if suspects:
        counts = _lay_out(ports.work, record, reject_repeated(_judged(ports, record), suspects))
    return counts


def _judged(ports: Ports, record: ImportRecord) -> Iterable[Judged]:
    return judge_lines(ports.files.read(record.source))


def _lay_out(work: Work, record: ImportRecord, judged: Iterable[Judged]) -> Counts:
    seen: Counter[type] = Counter()
    with ExitStack() as files:

        def file(name: str) -> Write:
            return files.enter_context(work.write(f"work/{record.id}/{name}"))

        devices, rejected, skipped = map(
            file, ("devices.txt", "rejected.ndjson", "skipped.ndjson")
        )
        for line in judged:
            seen[type(line)] += 1
            match line:
                case Accepted():
                    devices(line.text + b"\n")
                case Rejected():
                    for violation in line.violations:
                        rejected(_json_line(violation))
                case Skipped():
                    skipped(_json_line(line.note))
    return Counts(
        total=seen.total(),
        accepted=seen[Accepted],
        rejected=seen[Rejected],
        skipped=seen[Skipped],
    )


def _json_line(violation: Violation) -> bytes:
    members = json.dumps(violation.as_json(), ensure_ascii=False, separators=(",", ":"))
    return members.encode() + b"\n"
