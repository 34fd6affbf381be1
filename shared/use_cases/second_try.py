"""Tries single lines once more that a job refused because the hub seemed full.

A job counts roughly: near a hub's limit it refuses devices for which there is room. What it
refused so is worth a call of its own, and not another job. Source: bulk identity how-to.
"""

import logging

from shared.domain.accepted_part import names_of
from shared.domain.errors import AnswerLost, Unavailable
from shared.domain.formats.ndjson import split_lines
from shared.domain.import_record import Attempt, ImportRecord
from shared.domain.job import Job, JobStatus
from shared.domain.known_error import Again
from shared.domain.lifecycle import State
from shared.domain.parts import Part
from shared.ports import AGAIN, LineErrors, Ports
from shared.use_cases.attempts import attempt_ref, target_of


log = logging.getLogger(__name__)


def is_worth_another_try(ports: Ports, record: ImportRecord, errors: LineErrors) -> bool:
    """Tell whether a job refused lines for want of room, and its target can try them again."""
    target = ports.targets.get(record.target or "")
    again = target.ways.get(AGAIN) if target else None
    can = again is not None and record.way != AGAIN and record.task in again.tasks
    return can and any(error.again is Again.SINGLY for error in errors.rest())


def begin_second_try(ports: Ports, record: ImportRecord, errors: LineErrors) -> None:
    """Lay out the lines that a job refused for want of room, and note the attempt at them."""
    lines, tried = 0, record.attempt
    part = f"{tried.phase}.{Part.AGAIN}" if record.phase else Part.AGAIN
    tried_path = f"work/{record.id}/{attempt_ref(record, tried).part}"
    with ports.work.replace(f"work/{record.id}", [part]) as files:
        write = files(part, 0)
        for line in split_lines(ports.work.read(tried_path)):
            error = errors.take(*names_of(line))
            if error and error.again is Again.SINGLY:
                write(line + b"\n")
                lines += 1
    now = ports.clock.now()
    attempt = Attempt(
        number=tried.number + 1,
        claimed_at=now,
        way=AGAIN,
        part=part,
        lines=lines,
        phase=tried.phase,
    )
    attempts = (*record.attempts, attempt)
    ports.records.replace(record.advance(State.RETRYING, now, attempts=attempts))
    log.info("import.retrying id=%s lines=%d", record.id, lines)


def go_on_with_second_try(ports: Ports, record: ImportRecord) -> Job | None:
    """Make some of the calls; the first time only lay down where they begin."""
    target = target_of(ports, record, record.attempt)
    ref = attempt_ref(record, record.attempt)
    if record.attempt.job_id:
        return target.advance(ref, record.attempt.job_id, target.look())
    # Neither is a call to the hub, and both may be repeated by whoever comes after a crash.
    target.prepare(ref)
    try:
        job_id = target.start(ref)
    except AnswerLost as lost:
        raise Unavailable(str(lost)).blaming(lost.service) from lost
    ports.records.replace(record.amend(**record.with_attempt(job_id=job_id)))
    return Job(job_id, "import", JobStatus.RUNNING)
