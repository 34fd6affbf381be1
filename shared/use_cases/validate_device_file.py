"""A device file was dropped: notes it, judges every line, lays out what may go to the target."""

import logging
from typing import Any
from uuid import uuid4

from shared.domain.configuration import is_about_configurations
from shared.domain.defaults import Defaults, read_defaults, readable
from shared.domain.device_line import Order
from shared.domain.drop import choose_target
from shared.domain.errors import SourceChanged
from shared.domain.family import Family, survey, write_family
from shared.domain.formats.format import FileRefused, Format
from shared.domain.formats.recognition import recognise
from shared.domain.import_record import (
    Counts,
    ImportRecord,
    Phase,
    Reason,
    Section,
    Source,
    import_id,
)
from shared.domain.lifecycle import State
from shared.domain.parts import Parts
from shared.domain.report import Outcome
from shared.domain.tally import Tally
from shared.domain.task import Task
from shared.domain.untranslated import warn_of_scopes
from shared.domain.validation import validate
from shared.ports import Ports
from shared.use_cases.conclude import conclude, ending_for_all
from shared.use_cases.ways import way_of
from shared.use_cases.work_parts import WorkParts


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
    return validate_received(ports, receive(ports, source, default_target), default_target)


def validate_received(
    ports: Ports, record: ImportRecord, default_target: str | None
) -> str | None:
    """Validate the file of a record if that is still to be done; return its id if it may start."""
    if record.state is State.RECEIVED:
        record = _validate(ports, record, default_target)
    elif record.state is State.VALIDATED:
        # A dry run stops here while its reports are written, and its worker may die of it.
        record = _send_or_not(ports, record)
    return record.id if record.state is State.QUEUED else None


def receive(ports: Ports, source: Source, default_target: str | None) -> ImportRecord:
    """Note that a version of a file was dropped; return its record, new or not."""
    now = ports.clock.now()
    target = choose_target(source.name, ports.targets, default_target)
    return ports.records.create(
        ImportRecord(
            id=import_id(source.account, source.container, source.name, source.etag),
            since=now,
            received_at=now,
            source=source.model_copy(update={"metadata": readable(source.metadata)}),
            task=_task(source),
            target=target if isinstance(target, str) else None,
            slot=ports.targets[target].slot if isinstance(target, str) else "",
        )
    )


def _task(source: Source) -> Task:
    about = is_about_configurations(source.name)
    return Task.IMPORT_CONFIGURATIONS if about else Task.IMPORT


def _validate(ports: Ports, record: ImportRecord, default_target: str | None) -> ImportRecord:
    defaults = read_defaults(record.source.metadata)
    placed = record.model_copy(update={"folder": uuid4().hex})
    try:
        form, tally, family = _judged(ports, placed, defaults)
    except SourceChanged:
        return _reject(ports, record, "superseded", "the file was overwritten or deleted")
    except FileRefused as refused:
        return _reject(ports, record, refused.code, refused.text)
    record = placed.amend(layout=form.layout(), **_counted(tally))
    target = choose_target(record.source.name, ports.targets, default_target)
    if isinstance(target, Reason):
        return _reject(ports, record, target.code, target.text)
    way = way_of(ports.targets[target], record.task, record.counts.accepted)
    strict = defaults.strict or ports.targets[target].strict
    if reason := _why_rejected(tally, way, strict=strict):
        return _reject(ports, record, reason.code, reason.text)
    if family.parents and not defaults.dry_run:
        record = record.model_copy(update={"phase": Phase(of=family.phases)})
    return _send_or_not(ports, record.advance(State.VALIDATED, ports.clock.now()))


def _judged(
    ports: Ports, record: ImportRecord, defaults: Defaults
) -> tuple[Format, Tally, Family]:
    """Judge the file as it is read, and write the parts."""
    kind = ports.targets[record.target].takes if record.target else "devices"
    if record.task is Task.IMPORT_CONFIGURATIONS:
        kind = "configurations"
    form, chunks = recognise(record.source.name, ports.files.read(record.source), kind)
    parts = WorkParts(ports.work, record)
    with ports.work.scratch() as scratch:
        tally = validate(form.pieces(chunks), form, parts, scratch, defaults)
    return form, tally, _family(ports, record, form, parts, tally)


def _family(
    ports: Ports, record: ImportRecord, form: Format, parts: Parts, tally: Tally
) -> Family:
    """Find out whom the lines name as parents; warn of that where it cannot be looked up."""
    target = ports.targets.get(record.target or "")
    if target is None or record.task is not Task.IMPORT:
        return Family()
    if target.scopes is None:
        warn_of_scopes(parts, form, tally)
        return Family()
    family = survey(parts, tally)
    if family.parents:
        write_family(parts, family)
    return family


def _send_or_not(ports: Ports, record: ImportRecord) -> ImportRecord:
    """Put an import that is validated into the line of its target, unless it is a dry run."""
    if read_defaults(record.source.metadata).dry_run:
        why = Reason(code="dry_run", text="nothing was sent, as the file asked for")
        return conclude(ports, record, ending_for_all(State.COMPLETED, Outcome.SKIPPED, why))
    log.info("import.queued id=%s accepted=%d rejected=%d", record.id, record.counts.accepted,
             record.counts.rejected)  # fmt: skip
    target = ports.targets[record.target or ""]
    way = way_of(target, record.task, record.counts.accepted) or ""
    now = ports.clock.now()
    queued = {"queued_at": now, "way": way, "slot": target.ways[way].slot}
    following = State.ARRANGING if record.phase else State.QUEUED
    return ports.records.replace(record.advance(following, now, **queued))


def _counted(tally: Tally) -> dict[str, Any]:
    """Return what a validation adds to the record."""
    counts = Counts(
        total=tally.total,
        accepted=tally.accepted,
        rejected=tally.rejected,
        skipped=tally.skipped,
    )
    sections = (
        Section(lines=tally.lines[one], bytes=tally.bytes[one], order=one) for one in Order
    )
    return {
        "counts": counts,
        "sections": tuple(section for section in sections if section.lines),
        "findings": dict(tally.found),
        "effects": tally.effects(),
    }


def _reject(ports: Ports, record: ImportRecord, code: str, text: str) -> ImportRecord:
    reason = Reason(code=code, text=text)
    return conclude(ports, record, ending_for_all(State.REJECTED, Outcome.SKIPPED, reason))


def _why_rejected(tally: Tally, way: str | None, *, strict: bool) -> Reason | None:
    if way is None:
        text = "this target takes no configurations; use one of kind iot_hub or iot_hub_arm"
        return Reason(code="no_configurations", text=text)
    if tally.total == tally.skipped:
        return Reason(code="empty_file", text="the file has nothing to import")
    if not tally.accepted:
        return Reason(code="no_good_line", text=f"all {tally.rejected} lines break a rule")
    if tally.rejected and strict:
        text = f"{tally.rejected} lines break a rule, and only whole files are taken"
        return Reason(code="strict", text=text)
    return None
