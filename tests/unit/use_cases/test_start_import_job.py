import pytest

from shared.domain.errors import (
    AnswerLost,
    ImporterError,
    StorageNotReady,
    TargetBusy,
    TargetRefused,
    TargetThrottled,
    TargetUnreachable,
    Unavailable,
)
from shared.domain.lifecycle import State
from shared.use_cases.start_import_job import STORAGE_PATIENCE
from tests.builders import a_file, a_line
from tests.fakes.world import PATIENCE, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def queued(world: World) -> str:
    return world.drop("factory-a/x", a_file(a_line()))


def test_a_ticket_starts_the_job(world: World, queued: str):
    """The record knows the hub's job id, and the hub has the lines."""
    world.start(queued)
    record = world.record(queued)
    assert (record.state, record.attempt.job_id) == (State.RUNNING, "hub-a-job-1")
    assert world.hub.exchange[queued, 1] == a_file(a_line())


@pytest.mark.parametrize("times", [2, 5])
def test_a_ticket_that_comes_again_starts_nothing(world: World, queued: str, times: int):
    """Tickets are hints: one job, one POST, however often they come."""
    for _ in range(times):
        world.start(queued)
    assert len(world.hub.posts) == 1


@pytest.mark.parametrize("ticket", ["", "../done/x", "a\n" * 26, f"{'a' * 26}\n"])
def test_what_is_no_import_id_is_looked_for_nowhere(
    world: World, ticket: str, caplog: pytest.LogCaptureFixture
):
    """It would be part of a path; what the log says of it is one line."""
    caplog.set_level("INFO")
    world.records.fail_next = Unavailable("was asked")
    world.start(ticket)
    (line,) = (record.getMessage() for record in caplog.records)
    assert len(line.splitlines()) == 1


def test_a_ticket_for_nothing_starts_nothing(world: World):
    """An unknown id is ignored."""
    world.start("no-such-import")
    assert not world.hub.posts


def test_the_second_import_of_a_hub_waits(world: World, queued: str):
    """One job at a time: it stays in the queue and no POST is sent."""
    world.clock.move(seconds=1)
    second = world.drop("factory-a/y", a_file(a_line("d2")))
    world.start(queued)
    world.start(second)
    assert world.record(second).state is State.QUEUED
    assert len(world.hub.posts) == 1


def test_nobody_overtakes(world: World, queued: str):
    """First come, first served: a later import does not start while an earlier one waits."""
    world.clock.move(seconds=1)
    second = world.drop("factory-a/y", a_file(a_line("d2")))
    world.start(second)
    assert world.record(second).state is State.QUEUED
    world.start(queued)
    assert world.record(queued).state is State.RUNNING


def test_two_hubs_do_not_wait_for_each_other(world: World, queued: str):
    """Each hub has a slot of its own."""
    world.add_hub("factory-b")
    other = world.drop("factory-b/y", a_file(a_line("d2")))
    world.start(queued)
    world.start(other)
    assert {world.record(one).state for one in (queued, other)} == {State.RUNNING}


def test_a_foreign_job_puts_the_import_back(world: World, queued: str):
    """Somebody else's export holds the slot: no POST, no attempt used, the slot free again."""
    world.hub.run_foreign_job("export")
    world.start(queued)
    record = world.record(queued)
    assert (record.state, record.reason and record.reason.code) == (State.QUEUED, "target_busy")
    assert record.attempts == ()
    assert not world.hub.posts
    assert world.slots.holder("hub-a") is None


@pytest.mark.parametrize(
    ("call", "error", "code", "seconds"),
    [
        pytest.param("start", TargetBusy("JobQuotaExceeded"), "target_busy", 0, id="busy"),
        pytest.param("start", TargetThrottled("429"), "target_throttled", 10, id="throttled"),
        pytest.param("start", TargetUnreachable("dns"), "target_unreachable", 15, id="no route"),
        pytest.param(
            "start", StorageNotReady(TargetRefused("x", "y")), "storage_not_ready", 30, id="role"
        ),
        pytest.param("look", Unavailable("503"), "unavailable", 15, id="look fails"),
        pytest.param("prepare", Unavailable("storage"), "unavailable", 15, id="copy fails"),
    ],
)
def test_what_surely_did_not_start_waits_again(
    world: World, queued: str, call: str, error: ImporterError, code: str, seconds: int
):
    """The import returns to the queue with the reason and a wait, its exchange is cleaned up."""
    world.hub.refuse[call] = error
    world.start(queued)
    record = world.record(queued)
    assert record.state is State.QUEUED
    assert record.reason
    assert record.reason.code == code
    assert record.not_before
    assert (record.not_before - world.clock.now()).total_seconds() == seconds
    assert not world.hub.exchange
    assert world.slots.holder("hub-a") is None


def test_an_import_is_not_tried_before_its_time(world: World, queued: str):
    """A throttled import ignores tickets until its wait is over, then starts."""
    world.hub.refuse["start"] = TargetThrottled("429")
    world.start(queued)
    world.start(queued)
    assert len(world.hub.posts) == 1
    world.clock.move(seconds=10)
    world.start(queued)
    assert world.record(queued).state is State.RUNNING


def test_a_second_attempt_has_a_container_of_its_own(world: World, queued: str):
    """Numbers are not used again, so a late call meets nothing of the new attempt."""
    world.hub.refuse["start"] = TargetBusy("JobQuotaExceeded")
    world.start(queued)
    world.start(queued)
    assert [ref.number for ref in world.hub.posts] == [1, 2]


def test_what_the_hub_refuses_for_good_fails_with_a_result(world: World, queued: str):
    """The import ends as failed; the code is the hub's own name of the error."""
    world.hub.refuse["start"] = TargetRefused("IotHubSuspended", "the hub is suspended")
    world.start(queued)
    world.poll()
    result = world.result(queued)
    assert result.data["status"] == "failed"
    assert result.data["reason"] == {"code": "IotHubSuspended", "text": "the hub is suspended"}
    assert world.slots.holder("hub-a") is None


def test_after_a_lost_answer_nothing_is_repeated(world: World, queued: str):
    """The import stays in starting, with the intent and what the hub showed before."""
    earlier = world.hub.run_foreign_job()
    world.hub.finish()
    world.hub.lose_answer = AnswerLost("timeout")
    world.start(queued)
    record = world.record(queued)
    assert record.state is State.STARTING
    assert record.attempt.intent_at
    assert record.attempt.baseline == (earlier,)
    assert len(world.hub.posts) == 1


def test_a_worker_that_was_paused_too_long_does_not_post(world: World, queued: str):
    """Between intent and POST only a third of the patience may pass."""
    replace = world.records.replace

    def slowly(record):
        world.clock.move(seconds=PATIENCE.total_seconds() / 2)
        return replace(record)

    world.records.replace = slowly  # a pause in every write
    world.start(queued)
    assert world.record(queued).state is State.STARTING
    assert not world.hub.posts


NEEDS_ROLE = TargetRefused("BlobContainerValidationError", "the hub's identity needs the role")
REFUSALS = STORAGE_PATIENCE.total_seconds() // 30


def refuse_storage(world: World, import_id: str, times: float) -> None:
    """Let the target's storage refuse so many starts, each as soon as it may be tried."""
    for _ in range(int(times)):
        world.hub.refuse["start"] = StorageNotReady(NEEDS_ROLE)
        world.tick()
        assert world.record(import_id).state is State.QUEUED
        world.clock.move(seconds=30)


def test_a_role_that_arrives_in_time_is_all_it_took(world: World, queued: str):
    """The import runs as if nothing had been, and what it waited for is forgotten."""
    refuse_storage(world, queued, REFUSALS)
    world.tick()
    record = world.record(queued)
    assert record.state is State.RUNNING
    assert (record.reason, record.storage_refused_since) == (None, None)


def test_a_role_that_does_not_come_is_refused_for_good(world: World, queued: str):
    """Five minutes after the first refusal the import fails, and the sentence tells what to do."""
    refuse_storage(world, queued, REFUSALS)
    world.hub.refuse["start"] = StorageNotReady(NEEDS_ROLE)
    world.tick()
    world.poll()
    reason = world.result(queued).data["reason"]
    assert reason == {"code": NEEDS_ROLE.code, "text": NEEDS_ROLE.message}
    assert len(world.hub.posts) == REFUSALS + 1
    assert not world.hub.exchange


def test_a_restart_does_not_begin_the_five_minutes_anew(world: World, queued: str):
    """They are counted from the record, which a round trip through storage does not change."""
    refuse_storage(world, queued, 1)
    first = world.record(queued).storage_refused_since
    world.hub.refuse["look"] = Unavailable("restarting")
    world.start(queued)
    world.clock.move(seconds=STORAGE_PATIENCE.total_seconds())
    assert world.record(queued).storage_refused_since == first
    world.hub.refuse["start"] = StorageNotReady(NEEDS_ROLE)
    world.start(queued)
    assert world.record(queued).state is State.FAILED


def test_every_refusal_is_an_attempt_that_leaves_little_behind(world: World, queued: str):
    """Ten attempts do not keep ten lists of all that the hub ever did."""
    for _ in range(50):
        world.hub.run_foreign_job()
        world.hub.finish()
    refuse_storage(world, queued, REFUSALS)
    record = world.record(queued)
    assert [attempt.number for attempt in record.attempts] == list(range(1, int(REFUSALS) + 1))
    assert not any(attempt.baseline for attempt in record.attempts)
