"""Tries single lines once more that a job refused because the hub seemed full.

A job counts roughly: near a hub's limit it refuses devices for which there is room. What it
refused so is worth a call of its own, and not another job. Source: bulk identity how-to.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from shared.domain.accepted_part import names_of
from shared.domain.errors import Unavailable
from shared.domain.formats.ndjson import split_lines
from shared.domain.import_errors import LineError
from shared.domain.import_record import Attempt, ImportRecord
from shared.domain.job import Job, JobStatus
from shared.domain.known_error import Again
from shared.domain.lifecycle import State
from shared.domain.parts import Part
from shared.ports import AGAIN, LineErrors, Ports
from shared.use_cases.start_import_job import attempt_ref, target_of


log = logging.getLogger(__name__)

#: What the report says of a line that the second try applied.
APPLIED_AGAIN = "applied_on_second_try"


def is_worth_another_try(ports: Ports, record: ImportRecord, errors: LineErrors) -> bool:
    """Tell whether a job refused lines for want of room, and its target can try them again."""
    target = ports.targets.get(record.target or "")
    again = target.ways.get(AGAIN) if target else None
    can = again is not None and record.way != AGAIN and record.task in again.tasks
    return can and any(error.again is Again.SINGLY for error in errors.rest())


def begin_second_try(ports: Ports, record: ImportRecord, errors: LineErrors) -> None:
    """Lay out the lines that a job refused for want of room, and note the attempt at them."""
    lines = 0
    with ports.work.replace(f"work/{record.id}", [Part.AGAIN]) as files:
        write = files(Part.AGAIN, 0)
        for line in split_lines(ports.work.read(f"work/{record.id}/{Part.DEVICES}")):
            error = errors.take(*names_of(line))
            if error and error.again is Again.SINGLY:
                write(line + b"\n")
                lines += 1
    now = ports.clock.now()
    attempt = Attempt(
        number=record.attempt.number + 1,
        claimed_at=now,
        way=AGAIN,
        part=Part.AGAIN,
        lines=lines,
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
    job_id = target.start(ref)
    ports.records.replace(record.amend(**record.with_attempt(job_id=job_id)))
    return Job(job_id, "import", JobStatus.RUNNING)


@contextmanager
def both_outcomes(ports: Ports, record: ImportRecord) -> Iterator[LineErrors]:
    """Open what the job said of single lines, and the second try of those that it tried.

    Raises:
        Unavailable: One of them is not there.
    """
    again = record.attempt
    job = next(one for one in reversed(record.attempts) if one.part is Part.DEVICES)
    with (
        target_of(ports, record).outcome(attempt_ref(record, job)) as first,
        target_of(ports, record, again).outcome(attempt_ref(record, again)) as second,
    ):
        if first is None or second is None:
            message = "what the target said of single lines is not there"
            raise Unavailable(message)
        yield _Both(first, second)


class _Both:
    """The `LineErrors` of a job, with the second try's in place of what was tried again."""

    def __init__(self, first: LineErrors, second: LineErrors) -> None:
        self._first = first
        self._second = second

    def take(self, device_id: str, module_id: str | None) -> LineError | None:
        """Return the error of a device, once; see the port."""
        error = self._first.take(device_id, module_id)
        if error is None or error.again is not Again.SINGLY:
            return error
        again = self._second.take(device_id, module_id)
        if again is None:
            text = "the job had no room for it; a call of its own applied it"
            return LineError(device_id, module_id, APPLIED_AGAIN, text, applied=True)
        return replace(again, message=f"{again.message} (on a second try, in a call of its own)")

    def rest(self) -> Iterator[LineError]:
        """Yield the errors that nobody took; see the port."""
        yield from self._first.rest()
        yield from self._second.rest()
