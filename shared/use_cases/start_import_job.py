"""An import may start: takes the hub's slot, puts the intent down, and asks the hub once.

Tickets are hints and may come late, twice or never; what is true is in the record. The intent is
stored right before the one POST. Whatever happens after that, the poller can tell from the record
and from the hub whether there is a job, and nobody ever repeats the POST.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from shared import outages
from shared.domain.errors import (
    AnswerLost,
    ImporterError,
    NotStarted,
    StorageNotReady,
    TargetBusy,
    TargetRefused,
    TargetThrottled,
    TargetUnreachable,
    Unavailable,
)
from shared.domain.import_record import Attempt, ImportRecord, Reason, is_import_id
from shared.domain.lifecycle import HOLDS_SLOT, State
from shared.domain.redaction import redacted
from shared.domain.report import Outcome
from shared.ports import Hold, Ports, Target
from shared.use_cases.attempts import attempt_ref, target_of
from shared.use_cases.conclude import conclude, ending_for_all


log = logging.getLogger(__name__)

#: Why an import waits again and how long, by what went wrong; None doubles the wait each time, up
#: to `LONGEST_WAIT`. The poller watches a busy target; a throttling hub says "Wait 10 seconds".
_WAITS: Final[Mapping[type[ImporterError], tuple[str, timedelta | None]]] = {
    TargetBusy: ("target_busy", timedelta()),
    TargetThrottled: ("target_throttled", timedelta(seconds=10)),
    TargetUnreachable: ("target_unreachable", None),
    Unavailable: ("unavailable", None),
    StorageNotReady: ("storage_not_ready", timedelta(seconds=30)),
}

#: The poller gives out no ticket for a hub that does not answer, so longer waits would only keep
#: an import from starting when the hub is back.
LONGEST_WAIT: Final = timedelta(minutes=1)
#: How long storage may refuse a hub's identity before time alone will not help. A new role needs
#: minutes to work everywhere; about half a minute was seen on a live hub.
STORAGE_PATIENCE: Final = timedelta(minutes=5)

#: Code of the reason while nobody knows what became of a start.
ANSWER_LOST: Final = "answer_lost"


def start_import_job(ports: Ports, import_id: str, patience: timedelta) -> None:
    """Start the job of an import if it is its turn; otherwise do nothing.

    Args:
        ports: The world.
        import_id: What the ticket says.
        patience: After this time without an answer the poller takes over. The POST is sent within
            the first third of it or not at all.
    """
    record = ports.records.get(import_id) if is_import_id(import_id) else None
    hold = None
    if record and _is_its_turn(ports, record):
        hold = ports.slots.take(record.slot, record.id)
    if record and hold:
        _start(ports, record, hold, patience)
    else:
        log.info("import.ticket_ignored id=%s", redacted(import_id, 40))


def put_back(
    ports: Ports,
    record: ImportRecord,
    reason: Reason,
    wait: timedelta = timedelta(),
    **changes: Any,
) -> None:
    """Return an import to the queue and free the slot; its turn comes again after `wait`."""
    now = ports.clock.now()
    changes |= {"reason": reason, "not_before": now + wait, "tries": record.tries + 1}
    if record.state is State.QUEUED:
        ports.records.replace(record.amend(**changes))
    else:
        # The next attempt looks for itself, so what this one saw need not make the record grow.
        changes |= record.with_attempt(baseline=())
        ports.records.replace(record.advance(State.QUEUED, now, **changes))
        # Not before: as long as it is starting, its worker may go on and have a job.
        target_of(ports, record).clear(attempt_ref(record, record.attempt))
    free_slot(ports, record)
    log.info("import.put_back id=%s code=%s wait=%ds", record.id, reason.code, wait.seconds)


def free_slot(ports: Ports, record: ImportRecord) -> None:
    """Free the slot if this import holds it."""
    hold = ports.slots.holder(record.slot) if record.slot else None
    if hold and hold.import_id == record.id:
        jobs = [attempt.job_id for attempt in record.attempts if attempt.job_id]
        ports.slots.release(record.slot, hold, jobs)


def free_forgotten_slot(ports: Ports, slot: str, patience: timedelta) -> None:
    """Free a slot whose holder never got further than taking it."""
    hold = ports.slots.holder(slot)
    if hold is None or ports.clock.now() - hold.taken_at < patience:
        return
    record = ports.records.get(hold.import_id)
    if record and record.state in HOLDS_SLOT:
        return
    if record and record.state is State.QUEUED:
        # Whoever is still starting it fails at its next write, for the record has moved on.
        ports.records.replace(record.amend())
    ports.slots.release(slot, hold)


def _is_its_turn(ports: Ports, record: ImportRecord) -> bool:
    if record.state is not State.QUEUED or ports.clock.now() < (record.not_before or record.since):
        return False
    rivals = [one for one in ports.records.active() if one.slot == record.slot]
    waiting = [(one.queued_at, one.id) for one in rivals if one.state is State.QUEUED]
    first = min(waiting, default=(None, record.id))
    return first[1] == record.id and not any(one.state in HOLDS_SLOT for one in rivals)


def _start(ports: Ports, record: ImportRecord, hold: Hold, patience: timedelta) -> None:
    target = target_of(ports, record)
    try:
        _refuse_if_busy(target)
        record = _claim(ports, record)
        target.preflight(attempt_ref(record, record.attempt), _still_to_be_counted(record))
        target.prepare(attempt_ref(record, record.attempt))
        # A hub that is slow to show jobs may not show the one that has just ended.
        baseline = tuple(dict.fromkeys((*hold.jobs, *_refuse_if_busy(target))))
        latest = ports.clock.monotonic() + patience.total_seconds() / 3
        record = _intend(ports, record, baseline)
        # A worker that was paused until now must not post: the poller may have given up on it.
        if ports.clock.monotonic() > latest:
            return
        job_id = _ask(ports, target, record)
    except AnswerLost as lost:
        outages.say("import.answer_lost", record.id, lost, record.slot)
        ports.records.replace(record.amend(reason=Reason(code=ANSWER_LOST, text=str(lost))))
    except TargetRefused as refused:
        reason = Reason(code=refused.code, text=refused.message)
        conclude(ports, record, ending_for_all(State.FAILED, Outcome.FAILED, reason))
    except (NotStarted, Unavailable) as why:
        _wait_again(ports, record, why)
    else:
        _running(ports, record, job_id)


def _refuse_if_busy(target: Target) -> tuple[str, ...]:
    """Return the ids of all jobs that the target shows, if none of them holds its slot."""
    jobs = target.look()
    if any(job.takes_slot for job in jobs):
        message = "another import or export job is running there"
        raise TargetBusy(message)
    return tuple(job.id for job in jobs)


def _still_to_be_counted(record: ImportRecord) -> Mapping[str, int]:
    """Return what a preflight compares with the hub: all lines, before the first is sent."""
    return {} if record.phase and record.phase.number else record.effects


def _claim(ports: Ports, record: ImportRecord) -> ImportRecord:
    now = ports.clock.now()
    number = record.attempts[-1].number + 1 if record.attempts else 1
    attempt = Attempt(number=number, claimed_at=now)
    if phase := record.phase:
        sent = {"part": phase.part, "lines": phase.lines, "phase": phase.number}
        attempt = attempt.model_copy(update=sent)
    attempts = (*record.attempts, attempt)
    return ports.records.replace(record.advance(State.STARTING, now, attempts=attempts))


def _intend(ports: Ports, record: ImportRecord, baseline: tuple[str, ...]) -> ImportRecord:
    intent = record.with_attempt(intent_at=ports.clock.now(), baseline=baseline)
    return ports.records.replace(record.amend(**intent))


def _ask(ports: Ports, target: Target, record: ImportRecord) -> str:
    """Ask the target, once. What its storage refuses for too long is refused for good."""
    try:
        return target.start(attempt_ref(record, record.attempt))
    except StorageNotReady as why:
        if ports.clock.now() - _storage_refused_since(ports, record) >= STORAGE_PATIENCE:
            raise why.refused from why
        raise


def _storage_refused_since(ports: Ports, record: ImportRecord) -> datetime:
    return record.storage_refused_since or ports.clock.now()


def _running(ports: Ports, record: ImportRecord, job_id: str) -> None:
    changes = {
        "tries": 0,
        "reason": None,
        "storage_refused_since": None,
        **record.with_attempt(job_id=job_id),
    }
    ports.records.replace(record.advance(State.RUNNING, ports.clock.now(), **changes))
    log.info("import.running id=%s job_id=%s", record.id, job_id)


def _wait_again(ports: Ports, record: ImportRecord, why: ImporterError) -> None:
    code, wait = _WAITS[type(why)]
    reason = Reason(code=code, text=str(why))
    refused = isinstance(why, StorageNotReady)
    since = _storage_refused_since(ports, record) if refused else record.storage_refused_since
    wait = min(record.back_off(), LONGEST_WAIT) if wait is None else wait
    put_back(ports, record, reason, wait, storage_refused_since=since)
