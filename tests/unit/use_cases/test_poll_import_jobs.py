import json
from datetime import timedelta

import pytest

from shared.domain.errors import AnswerLost, Conflict, TargetRefused, Unavailable
from shared.domain.import_errors import LineError
from shared.domain.import_record import Reason
from shared.domain.job import JobStatus
from shared.domain.lifecycle import State
from shared.ports import AttemptRef
from shared.use_cases.attempts import attempt_ref
from shared.use_cases.poll_import_jobs import MISSING_FOR, MOST_VOID, SHOWN_WITHIN
from shared.use_cases.start_import_job import put_back
from tests.builders import a_file, a_line
from tests.fakes.world import PATIENCE, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def running(world: World) -> str:
    import_id = world.drop("factory-a/x", a_file(a_line("d1"), b"rubbish", b"", a_line("d2")))
    world.start(import_id)
    return import_id


def test_a_finished_job_is_told_line_by_line(world: World, running: str):
    """Each source line has one report line, in order; what was not applied is to be retried."""
    world.hub.finish(LineError("d2", None, "DeviceAlreadyExists", "is there already"))
    world.poll()
    report = [json.loads(x) for x in world.work.lines(f"reports/{running}/report.ndjson")]
    assert [(x["line"], x["deviceId"], x["outcome"], x["code"]) for x in report] == [
        (1, "d1", "applied", ""),
        (2, None, "rejected", "not_json"),
        (3, None, "skipped", "blank_line"),
        (4, "d2", "failed", "DeviceAlreadyExists"),
    ]
    assert world.work.lines(f"work/{running}/retry.ndjson") == [b"rubbish", a_line("d2")]


def test_the_result_has_the_counts(world: World, running: str):
    """total, accepted, rejected, skipped, applied and failed add up."""
    world.hub.finish(LineError("d2", None, "DeviceAlreadyExists", "is there already"))
    world.poll()
    result = world.result(running)
    assert result.data["status"] == "completed"
    assert result.data["counts"] == {
        "total": 4,
        "accepted": 2,
        "rejected": 1,
        "skipped": 1,
        "applied": 1,
        "failed": 1,
    }


def test_completed_is_not_success(world: World, running: str):
    """A hub says `completed` even when every line failed; the counts say what happened."""
    world.hub.finish(*(LineError(d, None, "DeviceAlreadyExists", "") for d in ("d1", "d2")))
    world.poll()
    assert world.result(running).data["counts"]["applied"] == 0
    assert world.result(running).data["counts"]["failed"] == 2


def test_what_the_hub_says_of_no_line_is_reported_too(world: World, running: str):
    """An error that fits no device stands in the report without a line."""
    world.hub.finish(LineError(None, None, "DeserializationError", "could not be read"))
    world.poll()
    last = json.loads(world.work.lines(f"reports/{running}/report.ndjson")[-1])
    assert (last["line"], last["code"]) == (None, "DeserializationError")
    assert world.result(running).data["counts"]["failed"] == 1


def test_an_ended_import_leaves_nothing_behind(world: World, running: str):
    """The exchange with its keys is gone, the slot is free, the record is archived."""
    world.hub.finish()
    world.poll()
    assert not world.hub.exchange
    assert world.slots.holder("hub-a") is None
    assert running in world.records.archived
    assert not world.records.stored


@pytest.mark.parametrize(
    ("status", "state"),
    [(JobStatus.FAILED, State.FAILED), (JobStatus.CANCELLED, State.CANCELLED)],
)
def test_a_job_that_did_not_complete_ends_the_import(
    world: World, running: str, status: JobStatus, state: State
):
    """The state is the hub's, and every line that was sent counts as failed."""
    world.hub.finish(status=status, failure_reason="storage was away")
    world.poll()
    result = world.result(running)
    assert result.data["status"] == state
    assert "storage was away" in result.data["reason"]["text"]
    assert result.data["counts"]["failed"] == 2


def test_the_next_import_starts_when_the_first_has_ended(world: World, running: str):
    """The poll that sees the end hands out the ticket of the next in line."""
    assert world.record(running).state is State.RUNNING
    world.clock.move(seconds=1)
    second = world.drop("factory-a/y", a_file(a_line("e1")))
    assert world.poll() == []
    world.hub.finish()
    assert world.poll() == [second]


def test_a_lost_ticket_is_handed_out_again(world: World):
    """A queued import whose slot is free gets a ticket from every poll until it starts."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    assert world.poll() == [import_id]
    assert world.poll() == [import_id]
    world.start(import_id)
    assert world.poll() == []


def test_no_ticket_while_a_foreign_job_runs(world: World):
    """The import waits for it and starts at the poll after its end."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    world.hub.run_foreign_job()
    assert world.poll() == []
    world.hub.finish()
    assert world.poll() == [import_id]


def test_a_start_without_an_answer_is_found_at_the_hub(world: World):
    """The new job is adopted once the patience is over, and there is still one POST."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    world.hub.lose_answer = AnswerLost("timeout")
    world.start(import_id)
    world.poll()
    assert world.record(import_id).state is State.STARTING
    world.clock.move(seconds=PATIENCE.total_seconds())
    world.poll()
    assert world.record(import_id).attempt.job_id == "hub-a-job-1"
    world.hub.finish()
    world.poll()
    assert world.result(import_id).data["status"] == "completed"
    assert len(world.hub.posts) == 1


def test_a_start_that_never_arrived_is_fenced_and_tried_again(world: World):
    """Its input is taken away first, so that a late POST is refused by the hub itself."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    world.hub.refuse["start"] = AnswerLost("reset")
    world.start(import_id)
    late = world.hub.posts[0]
    world.clock.move(seconds=PATIENCE.total_seconds())
    world.tick()
    with pytest.raises(TargetRefused):
        world.hub.start(late)
    assert world.record(import_id).state is State.STARTING
    world.clock.move(seconds=PATIENCE.total_seconds() / SHOWN_WITHIN)
    world.tick()
    assert world.record(import_id).attempt.number == 2
    assert world.record(import_id).state is State.RUNNING


def test_a_job_that_the_hub_shows_late_is_adopted(world: World):
    """It began before the fence, and the hub showed it only after; so there is still one POST."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    world.hub.lose_answer = AnswerLost("timeout")
    world.start(import_id)
    hidden = dict(world.hub.jobs)
    world.hub.jobs.clear()
    world.clock.move(seconds=PATIENCE.total_seconds())
    world.tick()
    world.hub.jobs.update(hidden)
    world.clock.move(seconds=PATIENCE.total_seconds() / SHOWN_WITHIN)
    world.tick()
    assert world.record(import_id).attempt.job_id == "hub-a-job-1"
    assert len(world.hub.posts) == 1


def test_whoever_is_refused_because_of_the_fence_ends_nothing(world: World):
    """The import has not failed: its start was given up, and it is tried again."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    start = world.hub.start

    def given_up_before(ref: AttemptRef) -> str:
        world.hub.start = start
        world.clock.move(seconds=PATIENCE.total_seconds())
        world.poll()
        return start(ref)

    world.hub.start = given_up_before
    with pytest.raises(Conflict):
        world.start(import_id)
    assert world.record(import_id).state is State.STARTING
    world.clock.move(seconds=PATIENCE.total_seconds())
    world.tick()
    assert world.record(import_id).state is State.RUNNING


def test_starts_that_always_come_to_nothing_have_an_end(world: World):
    """The import fails after an hour, and says what the target said; each start was one POST."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    began = world.clock.now()
    while not world.record(import_id).is_final:
        world.hub.refuse["start"] = AnswerLost("InternalError: something went wrong")
        world.tick()
        world.clock.move(seconds=15)
    assert len(world.hub.posts) == MOST_VOID
    assert timedelta(minutes=50) < world.clock.now() - began < timedelta(minutes=70)
    world.poll()
    result = world.result(import_id).data
    assert (result["status"], result["counts"]["failed"]) == ("failed", 1)
    assert result["reason"] == {
        "code": "start_unanswered",
        "text": "the target was asked 8 times to start a job, and never began one; of the last "
        "start it said: InternalError: something went wrong",
    }
    assert not world.hub.exchange


def test_a_start_that_nobody_got_to_make_is_not_counted(world: World):
    """The worker died before it asked, as often as you like: that says nothing of the target."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    for _ in range(MOST_VOID):
        world.hub.prepare = dies
        with pytest.raises(KeyboardInterrupt):
            world.tick()
        del world.hub.prepare
        world.clock.move(seconds=PATIENCE.total_seconds())
        world.poll()
    world.tick()
    assert world.record(import_id).state is State.RUNNING


def test_giving_up_a_start_takes_nothing_from_a_worker_that_goes_on(world: World):
    """Its container is deleted only when the worker cannot write to the record any more."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    world.hub.prepare, prepare = _die, world.hub.prepare
    with pytest.raises(KeyboardInterrupt):
        world.start(import_id)
    stale, world.hub.prepare = world.record(import_id), prepare
    world.records.replace(stale.amend())
    world.hub.prepare(attempt_ref(stale, stale.attempt))
    with pytest.raises(Conflict):
        put_back(world, stale, Reason(code="start_stopped", text=""))
    assert list(world.hub.exchange) == [(import_id, 1)]


def test_a_record_that_went_on_since_the_listing_is_left_alone(world: World, running: str):
    """It was running when it was listed, and has ended when it is read."""
    world.hub.finish()
    get, seen = world.records.get, world.record(running)
    world.poll()
    ended = world.record(running)
    world.records.stored = {running: seen}
    world.records.get = lambda import_id: ended if import_id == running else None
    world.records.replace = lambda record: pytest.fail(f"{record.state} was written")
    world.poll()
    world.records.get = get
    assert world.records.get(running) == seen


def dies(ref: AttemptRef) -> None:
    raise KeyboardInterrupt(ref)


def test_a_start_that_died_before_its_intent_is_tried_again(world: World):
    """Without a stored intent there was no POST, so the import simply returns to the queue."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    prepare, world.hub.prepare = world.hub.prepare, _die
    with pytest.raises(KeyboardInterrupt):
        world.start(import_id)
    world.hub.prepare = prepare
    assert world.record(import_id).state is State.STARTING
    world.clock.move(seconds=PATIENCE.total_seconds())
    world.tick()
    assert world.record(import_id).state is State.RUNNING


def test_two_new_jobs_are_a_persons_decision(world: World):
    """Nobody can tell which is ours, so nothing is adopted and nothing is repeated."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    world.hub.lose_answer = AnswerLost("timeout")
    world.start(import_id)
    world.hub.run_foreign_job()
    world.clock.move(seconds=PATIENCE.total_seconds())
    world.poll()
    assert world.result(import_id).data["reason"]["code"] == "unclear_start"


def test_a_slot_whose_holder_died_before_starting_is_freed(world: World):
    """Taking the slot and dying leaves a queued record; the slot is given back after a while."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    world.slots.take("hub-a", "an-import-that-is-gone")
    world.tick()
    assert world.record(import_id).state is State.QUEUED
    world.clock.move(seconds=PATIENCE.total_seconds())
    world.tick()
    assert world.record(import_id).state is State.RUNNING


@pytest.mark.parametrize("what", ["job", "log"])
def test_what_the_hub_does_not_show_is_waited_for_and_then_handed_over(
    world: World, running: str, what: str
):
    """A job or a log that stays away for ten minutes needs a person; a glimpse does not."""
    if what == "job":
        world.hub.jobs.clear()
    else:
        world.hub.finish(log=False)
    world.poll()
    assert world.record(running).state is State.RUNNING
    world.clock.move(seconds=MISSING_FOR.total_seconds() + 1)
    world.poll()
    assert world.record(running).state is State.NEEDS_ATTENTION


def test_a_result_that_could_not_be_sent_is_sent_by_the_next_poll(world: World, running: str):
    """The import has ended but stays active until its subscribers know."""
    world.hub.finish()
    world.results.refuse = Unavailable("bus")
    world.poll()
    assert not world.results.messages
    assert world.slots.holder("hub-a") is None
    world.poll()
    assert world.result(running).data["status"] == "completed"


def test_a_result_that_was_sent_but_not_marked_is_one_message(world: World, running: str):
    """Sent again under the same message id, it is dropped by the queue."""
    world.hub.finish()
    archive, world.records.archive = world.records.archive, _die
    with pytest.raises(KeyboardInterrupt):
        world.poll()
    unmarked = world.record(running).model_copy(
        update={"outbox": tuple(e.model_copy(update={"sent_at": None})
                                for e in world.record(running).outbox)}
    )  # fmt: skip
    world.records.stored[running] = unmarked
    world.records.archive = archive
    world.poll()
    assert (world.results.sends, len(world.results.messages)) == (2, 1)


def test_one_hub_that_is_away_holds_up_no_other(world: World, running: str):
    """The other hub's import ends although this one cannot be asked."""
    hub_b = world.add_hub("factory-b")
    other = world.drop("factory-b/y", a_file(a_line("e1")))
    world.start(other)
    hub_b.finish()
    world.hub.refuse["look"] = Unavailable("503")
    world.poll()
    assert world.record(running).state is State.RUNNING
    assert world.result(other).data["status"] == "completed"


def test_an_idle_app_asks_nobody(world: World):
    """Without an active import no hub is called."""
    world.hub.refuse["look"] = Unavailable("must not be asked")
    assert world.poll() == []
    assert world.hub.refuse


def _die(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED])
def test_a_job_that_was_broken_off_tells_of_lines_if_its_target_can(
    world: World, status: JobStatus
):
    """What was applied is not said to have failed, and stands in no retry file."""
    import_id = world.drop("factory-a/x", a_file(a_line("d1"), a_line("d2")))
    world.start(import_id)
    error = LineError("d2", None, "cancelled", "cancelled before the hub answered")
    world.hub.finish(error, status=status, tells_of_lines=True)
    world.poll()
    result = world.result(import_id).data
    assert (result["status"], result["reason"]["code"]) == (status, f"job_{status}")
    assert (result["counts"]["applied"], result["counts"]["failed"]) == (1, 1)
    assert world.work.lines(f"work/{import_id}/retry.ndjson") == [a_line("d2")]


def test_the_job_of_the_import_before_is_not_taken_for_ones_own(world: World, running: str):
    """It has ended, but a hub that is slow to show jobs did not show it before the start."""
    job_id = world.record(running).attempt.job_id
    world.hub.finish()
    world.poll()
    shown, world.hub.jobs = world.hub.jobs, {}
    second = world.drop("factory-a/y", a_file(a_line("e1")))
    world.hub.refuse["start"] = AnswerLost("no answer")
    world.start(second)
    world.hub.jobs = shown
    for _ in range(3):
        world.clock.move(seconds=PATIENCE.total_seconds())
        world.tick()
    assert world.record(second).attempt.job_id not in {None, job_id}
