"""Lays out the lines of an import's next phase, with the scopes that their parents have there.

What parents became is looked up a little at a time, as far as the hub's budget goes. Each look
writes a new file, and so does the laying out; the record names the files, so of several workers
that do the same only one counts, and the others leave nothing but a file that nobody reads.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import batched
from typing import Final
from uuid import uuid4

from shared.domain.accepted_part import accepted_lines
from shared.domain.arrangement import PARENT_MISSING, Arrangement, Fate, orphans
from shared.domain.device_line import Order
from shared.domain.errors import (
    AnswerLost,
    TargetRefused,
    TargetThrottled,
    TargetUnreachable,
    Unavailable,
)
from shared.domain.family import CHILDREN, Family
from shared.domain.import_record import ImportRecord, Phase, Reason
from shared.domain.lifecycle import State
from shared.domain.parts import Write
from shared.domain.report import Outcome, Verdict
from shared.ports import Ports
from shared.use_cases.attempts import said_in_phase
from shared.use_cases.cancel_import import ended_unsent
from shared.use_cases.conclude import Ending, conclude, ending_for_all
from shared.use_cases.phases import family_of, fates_of
from shared.use_cases.start_import_job import free_slot
from shared.use_cases.work_parts import WorkParts, tally_of


log = logging.getLogger(__name__)

#: How long one poll may look parents up; others are waiting.
LOOK_SECONDS: Final = 20
#: Parents that are looked up together.
TOGETHER: Final = 100
_WITHHELD: Final = Verdict(Outcome.FAILED, "not_sent", "the line was in no phase that was sent")


def begin_next_phase(ports: Ports, record: ImportRecord, phase: Phase) -> None:
    """Note that a phase has ended and the lines of the next one are to be laid out."""
    now = ports.clock.now()
    ports.records.replace(record.advance(State.ARRANGING, now, phase=phase.following()))
    free_slot(ports, record)
    log.info("import.phase_ended id=%s phase=%d of=%d", record.id, phase.number + 1, phase.of)


def arrange_lines(ports: Ports, record: ImportRecord, patience: timedelta) -> None:
    """Look up what became of parents; when all are known, lay out the lines and queue the import.

    Args:
        ports: The world.
        record: The import.
        patience: How long the hub may fail to show a device that it took.
    """
    phase = record.phase
    if phase is None or record.cancel_asked_at:
        conclude(ports, record, ended_unsent(record))
        return
    family = family_of(ports.work, record)
    known = fates_of(ports.work, record, phase)
    wanted = [one.id for one in family.asked_before(phase.number) if one.id not in known]
    try:
        found = _look_up(ports, record, family, known, wanted, patience) if wanted else {}
    except TargetRefused as refused:
        reason = Reason(code=refused.code, text=refused.message)
        conclude(ports, record, ending_for_all(State.FAILED, Outcome.FAILED, reason))
        return
    known |= found
    if found:
        phase = phase.model_copy(update={"fates": _write_fates(ports, record, known.values())})
    if len(found) == len(wanted):
        _queue(ports, record, phase, Arrangement(family, known))
    elif found:
        ports.records.replace(record.amend(phase=phase))


def _look_up(
    ports: Ports,
    record: ImportRecord,
    family: Family,
    known: Mapping[str, Fate],
    wanted: list[str],
    patience: timedelta,
) -> dict[str, Fate]:
    """Return the fates of parents that can be told now."""
    number = record.phase.number if record.phase else 0
    found = _not_imported(ports, record, family, known, wanted) if number else {}
    may_be_late = bool(number) and ports.clock.now() - record.since <= patience
    for device_id, scope in _shown(ports, record, [one for one in wanted if one not in found]):
        if scope or not number:
            found[device_id] = Fate(device_id, scope)
        elif not may_be_late:
            text = "the hub took it, but shows no edge device of that name"
            found[device_id] = Fate(device_id, code=PARENT_MISSING, message=text)
    return found


def _not_imported(
    ports: Ports,
    record: ImportRecord,
    family: Family,
    known: Mapping[str, Fate],
    wanted: list[str],
) -> dict[str, Fate]:
    """Return the parents that were not sent in the phase before, or refused there, and why."""
    before = record.phase.number - 1 if record.phase else 0
    left = dict.fromkeys(wanted)
    found = {fate.id: fate for fate in orphans(family, before, known) if fate.id in left}
    with said_in_phase(ports, record, before) as errors:
        for device_id in wanted:
            error = errors.take(device_id, None)
            if error and not error.applied:
                found[device_id] = Fate(device_id, code=error.code, message=error.message)
    return found


def _shown(
    ports: Ports, record: ImportRecord, device_ids: Iterable[str]
) -> Iterator[tuple[str, str | None]]:
    """Yield devices with the scopes that the hub shows, while time and budget last.

    Raises:
        TargetRefused: The hub does not let the app look.
        Unavailable: The hub did not say.
    """
    target = ports.targets.get(record.target or "")
    scopes = target.scopes if target else None
    if scopes is None:
        message = f"the target {record.target} cannot be asked for scopes any more"
        raise Unavailable(message)
    latest = ports.clock.monotonic() + LOOK_SECONDS
    looked = 0
    for some in batched(device_ids, TOGETHER, strict=False):
        try:
            shown = scopes.of(some)
        except (TargetThrottled, TargetUnreachable, AnswerLost) as why:
            if looked:  # what was seen is kept, and the next poll goes on
                return
            raise Unavailable(str(why)).blaming(why.service) from why
        yield from shown.items()
        looked += len(shown)
        if len(shown) < len(some) or ports.clock.monotonic() > latest:
            return


def _write_fates(ports: Ports, record: ImportRecord, fates: Iterable[Fate]) -> str:
    name = f"fates-{uuid4().hex}.ndjson"
    with ports.work.replace(f"work/{record.id}", [name]) as files:
        for fate in fates:
            files(name, 0)(fate.line())
    return name


def _queue(ports: Ports, record: ImportRecord, phase: Phase, arrangement: Arrangement) -> None:
    """Lay out the lines of a phase and queue the import; without a line the phase is over."""
    part = f"phase-{phase.number}-{uuid4().hex}.txt"
    with ports.work.replace(f"work/{record.id}", [part]) as files:
        lines = _lay_out(ports, record, phase, arrangement, files(part, 0))
    now = ports.clock.now()
    if lines:
        ready = phase.model_copy(update={"part": part, "lines": lines})
        ports.records.replace(record.advance(State.QUEUED, now, phase=ready))
        log.info("import.phase_queued id=%s phase=%d lines=%d", record.id, phase.number + 1, lines)
    elif phase.is_last:
        ended = record.model_copy(update={"phase": phase})
        conclude(ports, ended, Ending(State.COMPLETED, lambda *_: _WITHHELD))
    else:
        ports.records.replace(record.amend(phase=phase.following()))


def _lay_out(
    ports: Ports, record: ImportRecord, phase: Phase, arrangement: Arrangement, write: Write
) -> int:
    """Write the lines of a phase in the order of the hub; return how many they are."""
    parts, tally = WorkParts(ports.work, record), tally_of(record)
    whole = {Order.DEVICE: phase.number == 0, Order.MODULE: phase.is_last}
    count = 0
    for order in Order:
        for block in accepted_lines(parts, tally, order) if whole.get(order, True) else ():
            if order not in CHILDREN:
                write(block.text)
                count += len(block.numbers)
                continue
            for line in block.lines():
                placed = arrangement.placed(line)
                if placed.phase == phase.number and not placed.orphan_of:
                    write(placed.text + b"\n")
                    count += 1
    return count
