import json

import pytest

from shared.domain.errors import AnswerLost, Conflict, TargetRefused, TargetThrottled, Unavailable
from shared.domain.lifecycle import State
from tests.builders import a_file, a_line, a_record
from tests.fakes.world import PATIENCE, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def queued(world: World) -> str:
    return world.drop("factory-a/x", a_file(a_line("d1"), b"rubbish"))


@pytest.fixture
def running(world: World, queued: str) -> str:
    world.start(queued)
    return queued


@pytest.fixture
def starting(world: World, queued: str) -> str:
    """A start whose answer got lost, with a job at the hub."""
    world.hub.lose_answer = AnswerLost("timeout")
    world.start(queued)
    return queued


def after_patience(world: World) -> None:
    world.clock.move(seconds=PATIENCE.total_seconds())
    world.tick()


def test_a_waiting_import_is_cancelled_at_once(world: World, queued: str):
    """The hub is never asked, each line is told as skipped, and the next one may start."""
    world.clock.move(seconds=1)
    second = world.drop("factory-a/y", a_file(a_line("d2")))
    world.cancel(queued)
    assert world.poll() == [second]
    result = world.result(queued)
    assert (result.data["status"], result.data["reason"]["code"]) == ("cancelled", "cancelled")
    report = [json.loads(x) for x in world.work.lines(f"reports/{queued}/report.ndjson")]
    assert [line["outcome"] for line in report] == ["skipped", "rejected"]
    world.start(queued)
    assert not world.hub.posts


@pytest.mark.parametrize("wish", ["", "../done/x", "a\n" * 26, f"{'a' * 26}\n"])
def test_what_is_no_import_id_is_looked_for_nowhere(
    world: World, wish: str, caplog: pytest.LogCaptureFixture
):
    """It would be part of a path; what the log says of it is one line."""
    caplog.set_level("INFO")
    world.records.fail_next = Unavailable("was asked")
    world.cancel(wish)
    (line,) = (record.getMessage() for record in caplog.records)
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize("state", [State.RECEIVED, State.HELD])
def test_what_waits_for_something_else_is_cancelled_too(world: World, state: State):
    """A validation that is under way fails at its next write, and is not begun again."""
    record = world.records.create(a_record(state=state))
    world.cancel(record.id)
    assert world.record(record.id).state is State.CANCELLED
    with pytest.raises(Conflict):
        world.records.replace(record.amend())


def test_a_running_job_is_cancelled_by_its_hub(world: World, running: str):
    """The import ends when the hub says so; what was applied by then stays."""
    world.cancel(running)
    assert world.record(running).state is State.RUNNING
    world.poll()
    result = world.result(running)
    assert (result.data["status"], result.data["reason"]["code"]) == ("cancelled", "job_cancelled")
    assert "what it had done by then stays done" in result.data["reason"]["text"]


def test_a_job_that_ended_first_is_told_as_it_ended(world: World, running: str):
    """Completed wins over cancelled."""
    world.hub.finish()
    world.cancel(running)
    world.poll()
    assert world.result(running).data["status"] == "completed"


@pytest.mark.parametrize("error", [TargetThrottled("429"), Unavailable("503")])
def test_what_cannot_be_asked_now_is_asked_by_the_poller(world: World, running: str, error):
    """The wish is in the record; a message that is given up does not lose it."""
    world.hub.refuse["cancel"] = error
    with pytest.raises(Unavailable):
        world.cancel(running)
    world.poll()
    world.poll()
    assert world.result(running).data["status"] == "cancelled"


def test_a_target_that_cannot_cancel_says_so(world: World, running: str):
    """Subscribers are told at once, and again when the import has ended after all."""
    world.hub.cancels = False
    world.cancel(running)
    world.poll()
    (told,) = world.results.messages.values()
    assert (told.type, told.data["status"], told.data["endedAt"]) == (
        "cancel_refused",
        "running",
        None,
    )
    world.hub.finish()
    world.poll()
    result = world.result_of(running)
    assert result.data["status"] == "completed"
    assert result.data["reason"]["code"] == "cancel_refused"


def test_a_hub_that_lets_nobody_cancel_is_not_asked_again(world: World, running: str):
    """A missing right is told; the poller leaves it at that."""
    world.hub.refuse["cancel"] = TargetRefused("IotHubUnauthorizedAccess", "no right")
    world.cancel(running)
    world.poll()
    assert world.record(running).state is State.RUNNING
    assert "no right" in world.result_of(running).data["reason"]["text"]


def test_a_start_under_way_is_cancelled_once_it_is_known(world: World, starting: str):
    """There is a job: it is adopted first, and then cancelled."""
    world.cancel(starting)
    assert world.record(starting).state is State.STARTING
    after_patience(world)
    world.tick()
    world.tick()
    assert world.result(starting).data["status"] == "cancelled"
    assert len(world.hub.posts) == 1


def test_a_start_that_came_to_nothing_is_not_tried_again(world: World, queued: str):
    """There is no job: the import ends, and no second attempt begins."""
    world.hub.refuse["start"] = AnswerLost("reset")
    world.start(queued)
    world.cancel(queued)
    after_patience(world)
    assert world.record(queued).state is State.CANCELLED
    assert len(world.hub.posts) == 1


def test_a_start_that_goes_on_meanwhile_posts_nothing_new(world: World, queued: str):
    """Whoever starts it finds the record changed and stops before the POST."""
    look = world.hub.look

    def cancelled_in_between():
        world.hub.look = look
        world.cancel(queued)
        return look()

    world.hub.look = cancelled_in_between
    with pytest.raises(Conflict):
        world.start(queued)
    assert not world.hub.posts
    assert world.record(queued).state is State.CANCELLED


def test_what_has_ended_or_never_was_is_left_alone(world: World, running: str):
    """Cancelling twice, too late or by a wrong id is no error."""
    world.hub.finish()
    world.poll()
    world.cancel(running)
    world.cancel("no-such-import")
    assert world.result(running).data["status"] == "completed"
