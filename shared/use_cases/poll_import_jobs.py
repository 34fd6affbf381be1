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
from shared.ports import LineErrors, Ports, Summary, Target
from shared.use_cases.arrange_lines import arrange_lines, begin_next_phase
from shared.use_cases.attempts import attempt_ref, said_in_phase, target_of
from shared.use_cases.cancel_import import ask_to_cancel, ended_unsent
from shared.use_cases.conclude import (
    conclude,
    ending_by_line,
    ending_for_all,
    ending_with_files,
)
from shared.use_cases.second_try import (
    begin_second_try,
    go_on_with_second_try,
    is_worth_another_try,
)
from shared.use_cases.start_import_job import (
    ANSWER_LOST,
    free_forgotten_slot,
    free_slot,
    put_back,
)


log = logging.getLogger(__name__)

#: How long a hub may fail to show a job, or a log, before a person must look.
MISSING_FOR: Final = timedelta(minutes=10)
#: Starts without a usable answer that came to nothing, with which an import ends. With what is
#: waited for each, and longer and longer between them, that takes about an hour.
MOST_VOID: Final = 8

#: A hub shows a job at the latest when this part of the patience has gone by.
SHOWN_WITHIN: Final = 3

#: The states that go on without a ticket.
_GOES_ON: Final = HOLDS_SLOT | {State.ARRANGING}
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
        outages.say("import.poll_postponed", what, why, service)


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
                if summary.state in _GOES_ON and (record := ports.records.get(summary.id)):
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
    # Since the listing it may have gone on to where there is nothing to do.
    if record.state is State.STARTING:
        _recover(ports, record, jobs, patience)
    elif record.state is State.RETRYING:
        _try_again(ports, record)
    elif record.state is State.ARRANGING:
        arrange_lines(ports, record, MISSING_FOR)
    elif record.state is State.RUNNING:
        _follow(ports, record, jobs)


def _recover(ports: Ports, record: ImportRecord, jobs: Sequence[Job], patience: timedelta) -> None:
    """Find out what became of a start that nobody finished."""
    attempt = record.attempt
    if ports.clock.now() - (attempt.intent_at or attempt.claimed_at) < patience:
        return
    kind = record.task.job_kind
    found = find_job(attempt.baseline, jobs, kind) if attempt.intent_at else NoJob()
    if attempt.intent_at and isinstance(found, NoJob):
        if not _is_fenced(ports, record, patience):
            return
        found = find_job(attempt.baseline, target_of(ports, record).look(), kind)
    match found:
        case Adopt(job_id):
            adopted = record.with_attempt(job_id=job_id)
            ports.records.replace(record.advance(State.RUNNING, ports.clock.now(), **adopted))
            log.warning("import.adopted id=%s job_id=%s", record.id, job_id)
        case NoJob() if record.cancel_asked_at:
            conclude(ports, record, ended_unsent(record))
        case NoJob():
            _start_again(ports, record)
        case Unclear(job_ids):
            text = f"the hub has {len(job_ids)} new jobs, and one of them may be this import"
            _hand_over(ports, record, Reason(code="unclear_start", text=text))


def _is_fenced(ports: Ports, record: ImportRecord, patience: timedelta) -> bool:
    """Tell whether no job of this attempt can begin any more, and one that began is shown."""
    if fenced_at := record.attempt.fenced_at:
        return ports.clock.now() - fenced_at >= patience / SHOWN_WITHIN
    # Whoever is still starting it fails at its next write, and ends nothing for being refused.
    record = ports.records.replace(record.amend())
    # From here on the hub refuses a POST of this attempt, however late it arrives.
    target_of(ports, record).fence(attempt_ref(record, record.attempt))
    ports.records.replace(record.amend(**record.with_attempt(fenced_at=ports.clock.now())))
    log.warning("import.fenced id=%s", record.id)
    return False


def _start_again(ports: Ports, record: ImportRecord) -> None:
    """Put back a start that came to nothing, or end the import if that was so too often."""
    stopped = Reason(code="start_stopped", text="the start did not finish")
    if not record.attempt.intent_at:
        put_back(ports, record, stopped)
        return
    record = record.model_copy(update=record.with_attempt(void=True))
    if sum(attempt.void for attempt in record.attempts) < MOST_VOID:
        # It has been waited for already, so the next one follows at once.
        put_back(ports, record, stopped, record.back_off() if record.tries else timedelta())
    else:
        reason = Reason(code="start_unanswered", text=_why_void(record))
        conclude(ports, record, ending_for_all(State.FAILED, Outcome.FAILED, reason))


def _why_void(record: ImportRecord) -> str:
    text = f"the target was asked {MOST_VOID} times to start a job, and never began one"
    if record.reason and record.reason.code == ANSWER_LOST:
        text += f"; of the last start it said: {record.reason.text}"
    return text


def _follow(ports: Ports, record: ImportRecord, jobs: Sequence[Job]) -> None:
    """Look at the job of a running import, and end the import if the job has ended."""
    ref = attempt_ref(record, record.attempt)
    job = target_of(ports, record).advance(ref, record.attempt.job_id or "", jobs)
    if job is None:
        _missing(ports, record, Reason(code="job_missing", text="the hub does not show the job"))
    elif job.status in _ENDS:
        _break_off(ports, record, job)
    elif job.status is JobStatus.COMPLETED:
        _complete(ports, record)
    elif record.cancel_asked_at:
        ask_to_cancel(ports, record)
    elif record.attempt.missing_since:
        ports.records.replace(record.amend(**record.with_attempt(missing_since=None)))


def _break_off(ports: Ports, record: ImportRecord, job: Job) -> None:
    """End an import whose job came to a bad end: line by line where the target can tell."""
    text = f"the job has ended as {job.status}: {job.failure_reason or 'without a reason'}"
    if job.status is JobStatus.CANCELLED:
        text += "; what it had done by then stays done"
    reason = Reason(code=f"job_{job.status}", text=text)
    state = _ENDS[job.status]
    if not job.tells_of_lines:
        conclude(ports, record, ending_for_all(state, Outcome.FAILED, reason))
        return
    with said_in_phase(ports, record, record.attempt.phase) as errors:
        conclude(ports, record, ending_by_line(errors, state, reason))


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
            _end_phase(ports, record, errors)


def _try_again(ports: Ports, record: ImportRecord) -> None:
    """Go on with the second try of single lines, and end the import if it has ended."""
    job = go_on_with_second_try(ports, record)
    if job is None:
        text = "the lines for a second try are gone"
        _missing(ports, record, Reason(code="job_missing", text=text))
    elif job.status.is_final:
        with said_in_phase(ports, record, record.attempt.phase) as errors:
            _end_phase(ports, record, errors)
    elif record.cancel_asked_at:
        ask_to_cancel(ports, record)


def _end_phase(ports: Ports, record: ImportRecord, errors: LineErrors) -> None:
    """Go on to the lines of the next phase; without one the import has ended, line by line."""
    if record.phase and not record.phase.is_last:
        begin_next_phase(ports, record, record.phase)
    else:
        conclude(ports, record, ending_by_line(errors))


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
        free_forgotten_slot(ports, slot, patience)
    first = min(waiting, key=attrgetter("queued_at", "id"))
    return first.id if (first.not_before or ports.clock.now()) <= ports.clock.now() else None
