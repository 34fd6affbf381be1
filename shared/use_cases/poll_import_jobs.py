"""Time to look: brings every import on, and repairs whatever stopped half way.

Each hub is asked once. All that a function may have left undone (a ticket that got lost, a POST
without an answer, an exchange container, a slot, an unsent result) is found from the records
alone. What is done twice changes nothing, so any number of pollers may run.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final

from shared import outages
from shared.domain.errors import NotStarted, TryAgain, Unavailable, UnreadableRecord
from shared.domain.import_record import ImportRecord, Reason
from shared.domain.job import Job, JobStatus
from shared.domain.lifecycle import FINAL, HOLDS_SLOT, State
from shared.domain.recovery import Adopt, NoJob, Unclear, find_job
from shared.domain.report import Outcome
from shared.ports import Ports, Summary, Target
from shared.use_cases.cancel_import import ENDED_UNSENT, ask_to_cancel
from shared.use_cases.conclude import (
    conclude,
    ending_by_line,
    ending_for_all,
    ending_with_files,
)
from shared.use_cases.second_try import (
    begin_second_try,
    both_outcomes,
    go_on_with_second_try,
    is_worth_another_try,
)
from shared.use_cases.start_import_job import attempt_ref, free_slot, put_back, target_of


log = logging.getLogger(__name__)

#: How long a hub may fail to show a job, or a log, before a person must look.
MISSING_FOR: Final = timedelta(minutes=10)

_ENDS: Final = {JobStatus.FAILED: State.FAILED, JobStatus.CANCELLED: State.CANCELLED}


def poll_import_jobs(ports: Ports, patience: timedelta) -> list[str]:
    """Bring every import up to date; return the ids of imports that may start now.

    One hub that does not answer holds up no other hub, and one import no other import. Nothing is
    raised for storage that is away: the next poll comes anyway.

    Args:
        ports: The world.
        patience: How long a start may take before it counts as stopped.
    """
    tickets: list[str] = []
    with _postponed("poll", "storage"):
        tickets += _poll(ports, patience)
    return tickets


def _poll(ports: Ports, patience: timedelta) -> list[str]:
    free = [slot for slot, group in _by_slot(ports) if _bring_on(ports, slot, group, patience)]
    for summary in list(ports.records.active()):
        with _postponed(summary.id, summary.slot):
            _tell(ports, summary)
    return [
        import_id
        for slot, group in _by_slot(ports)
        if slot in free and (import_id := _next(ports, slot, group, patience))
    ]


@contextmanager
def _postponed(what: str, service: str = "") -> Iterator[None]:
    """Leave what cannot be done now to the next poll.

    Args:
        what: Whose turn it is.
        service: Who must be there for it, if the error does not know better.
    """
    try:
        yield
    except (TryAgain, NotStarted) as why:
        outages.say("import.poll_postponed", why.service or service or what, what, why)


def _tell(ports: Ports, summary: Summary) -> None:
    """Tell subscribers what they have not been told, and close what has ended."""
    if summary.state is None:
        raise UnreadableRecord(summary.id, summary.version)
    if summary.state in FINAL:
        _close(ports, summary.id)
    elif summary.has_news and (record := ports.records.get(summary.id)):
        _publish(ports, record)


def _by_slot(ports: Ports) -> list[tuple[str, Sequence[Summary]]]:
    with_slot = [one for one in ports.records.active() if one.slot and one.state not in FINAL]
    ordered = sorted(with_slot, key=attrgetter("slot"))
    return [(slot, list(group)) for slot, group in groupby(ordered, key=attrgetter("slot"))]


def _bring_on(ports: Ports, slot: str, group: Sequence[Summary], patience: timedelta) -> bool:
    """Bring on the imports of one hub; tell whether its slot is free for the next one."""
    free = False
    with _postponed(slot):
        jobs = _target(ports, slot).look()
        free = not any(job.takes_slot for job in jobs)
        for summary in group:
            with _postponed(summary.id, slot):
                if summary.state in HOLDS_SLOT and (record := ports.records.get(summary.id)):
                    _step(ports, record, jobs, patience)
    return free


def _target(ports: Ports, slot: str) -> Target:
    ways = (way for target in ports.targets.values() for way in target.ways.values())
    target = next((way for way in ways if way.slot == slot), None)
    if target is None:
        message = f"no configured target uses {slot} any more"
        raise Unavailable(message)
    return target


def _step(ports: Ports, record: ImportRecord, jobs: Sequence[Job], patience: timedelta) -> None:
    if record.state is State.STARTING:
        _recover(ports, record, jobs, patience)
    elif record.state is State.RETRYING:
        _try_again(ports, record)
    else:
        _follow(ports, record, jobs)


def _recover(ports: Ports, record: ImportRecord, jobs: Sequence[Job], patience: timedelta) -> None:
    """Find out what became of a start that nobody finished."""
    attempt = record.attempt
    if ports.clock.now() - (attempt.intent_at or attempt.claimed_at) < patience:
        return
    kind = record.task.job_kind
    found = find_job(attempt.baseline, jobs, kind) if attempt.intent_at else NoJob()
    if attempt.intent_at and isinstance(found, NoJob):
        # From here on the hub refuses a POST of this attempt, however late it arrives.
        target_of(ports, record).fence(attempt_ref(record, attempt))
        found = find_job(attempt.baseline, target_of(ports, record).look(), kind)
    match found:
        case Adopt(job_id):
            adopted = record.with_attempt(job_id=job_id)
            ports.records.replace(record.advance(State.RUNNING, ports.clock.now(), **adopted))
            log.warning("import.adopted id=%s job_id=%s", record.id, job_id)
        case NoJob() if record.cancel_asked_at:
            conclude(ports, record, ENDED_UNSENT)
        case NoJob():
            put_back(ports, record, Reason(code="start_stopped", text="the start did not finish"))
        case Unclear(job_ids):
            text = f"the hub has {len(job_ids)} new jobs, and one of them may be this import"
            _hand_over(ports, record, Reason(code="unclear_start", text=text))


def _follow(ports: Ports, record: ImportRecord, jobs: Sequence[Job]) -> None:
    """Look at the job of a running import, and end the import if the job has ended."""
    ref = attempt_ref(record, record.attempt)
    job = target_of(ports, record).advance(ref, record.attempt.job_id or "", jobs)
    if job is None:
        _missing(ports, record, Reason(code="job_missing", text="the hub does not show the job"))
    elif job.status in _ENDS:
        text = f"the job has ended as {job.status}: {job.failure_reason or 'without a reason'}"
        if job.status is JobStatus.CANCELLED:
            text += "; what it had done by then stays done"
        reason = Reason(code=f"job_{job.status}", text=text)
        conclude(ports, record, ending_for_all(_ENDS[job.status], Outcome.FAILED, reason))
    elif job.status is JobStatus.COMPLETED:
        _complete(ports, record)
    elif record.cancel_asked_at:
        ask_to_cancel(ports, record)
    elif record.attempt.missing_since:
        ports.records.replace(record.amend(**record.with_attempt(missing_since=None)))


def _complete(ports: Ports, record: ImportRecord) -> None:
    """End an import by what the hub says of every line; its `completed` alone says nothing."""
    if record.export:
        _complete_export(ports, record)
        return
    with target_of(ports, record).outcome(attempt_ref(record, record.attempt)) as errors:
        if errors is None:
            text = "the job has ended, but the hub wrote no importErrors.log"
            _missing(ports, record, Reason(code="outcome_missing", text=text))
        elif is_worth_another_try(ports, record, errors):
            begin_second_try(ports, record, errors)
        else:
            conclude(ports, record, ending_by_line(errors))


def _try_again(ports: Ports, record: ImportRecord) -> None:
    """Go on with the second try of single lines, and end the import if it has ended."""
    job = go_on_with_second_try(ports, record)
    if job is None:
        text = "the lines for a second try are gone"
        _missing(ports, record, Reason(code="job_missing", text=text))
    elif job.status.is_final:
        with both_outcomes(ports, record) as errors:
            conclude(ports, record, ending_by_line(errors))
    elif record.cancel_asked_at:
        ask_to_cancel(ports, record)


def _complete_export(ports: Ports, record: ImportRecord) -> None:
    """End an export by handing out what the hub wrote."""
    files = target_of(ports, record).exported(attempt_ref(record, record.attempt))
    if files is None:
        text = "the job has ended, but the hub did not write all files"
        _missing(ports, record, Reason(code="outcome_missing", text=text))
    else:
        conclude(ports, record, ending_with_files(ports, record, files))


def _missing(ports: Ports, record: ImportRecord, reason: Reason) -> None:
    """Give the hub some time to show what it should; then leave it to a person."""
    since = record.attempt.missing_since
    now = ports.clock.now()
    if since is None:
        ports.records.replace(record.amend(**record.with_attempt(missing_since=now)))
    elif now - since > MISSING_FOR:
        _hand_over(ports, record, reason)


def _hand_over(ports: Ports, record: ImportRecord, reason: Reason) -> None:
    conclude(ports, record, ending_for_all(State.NEEDS_ATTENTION, Outcome.FAILED, reason))


def _close(ports: Ports, import_id: str) -> None:
    """Clean up behind an import that has ended, tell subscribers, and put its record away."""
    record = ports.records.get(import_id)
    if record is None:
        return
    for attempt in record.attempts:
        target_of(ports, record, attempt).clear(attempt_ref(record, attempt))
    free_slot(ports, record)
    ports.records.archive(_publish(ports, record))


def _publish(ports: Ports, record: ImportRecord) -> ImportRecord:
    """Tell subscribers what they were not told yet."""
    if not record.unsent:
        return record
    ports.results.send(record, record.unsent)
    # Dying before this write sends the same message ids again, which the queue drops.
    return ports.records.replace(record.sent(ports.clock.now()))


def _next(ports: Ports, slot: str, group: Sequence[Summary], patience: timedelta) -> str | None:
    """Return the import whose turn it is at a hub without a job, if it may start now."""
    waiting = [one for one in group if one.state is State.QUEUED]
    if not waiting or any(one.state in HOLDS_SLOT for one in group):
        return None
    with _postponed(slot):
        _free_forgotten_slot(ports, slot, patience)
    first = min(waiting, key=attrgetter("queued_at", "id"))
    return first.id if (first.not_before or ports.clock.now()) <= ports.clock.now() else None


def _free_forgotten_slot(ports: Ports, slot: str, patience: timedelta) -> None:
    """Free a slot whose holder never got further than taking it."""
    hold = ports.slots.holder(slot)
    if hold is None or ports.clock.now() - hold.taken_at < patience:
        return
    record = ports.records.get(hold.import_id)
    if record and record.state is State.QUEUED:
        # Whoever is still starting it fails at its next write, for the record has moved on.
        ports.records.replace(record.amend())
    ports.slots.release(slot, hold)
