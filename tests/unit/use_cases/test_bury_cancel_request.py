import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import TargetUnreachable, Unavailable
from shared.domain.import_record import Event
from shared.domain.lifecycle import State
from shared.use_cases.bury_cancel_request import ASKED, UNASKED, bury_cancel_request
from tests.builders import a_file, a_line
from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def running(world: World) -> str:
    import_id = world.drop("factory-a/x", a_file(a_line()))
    world.tick()
    return import_id


def told(world: World) -> Event:
    world.poll()
    (event,) = world.results.messages.values()
    assert event.type == "deadlettered"
    return event


def test_a_request_that_noted_nothing_must_be_asked_again(world: World, running: str):
    """The import goes on as if nobody had asked, and the message says so."""
    bury_cancel_request(world, "message-1", running)
    event = told(world)
    assert (event.data["importId"], event.data["status"]) == (running, "running")
    assert event.data["reason"] == {"code": "deadlettered", "text": UNASKED}
    world.hub.finish()
    world.poll()
    result = world.result_of(running).data
    assert (result["status"], result["reason"]) == ("completed", None)


def test_a_request_that_is_noted_is_asked_with_every_poll(world: World, running: str):
    """The hub did not answer all the while; when it does, the job is cancelled after all."""
    world.hub.refuse["cancel"] = TargetUnreachable("away")
    with pytest.raises(Unavailable):
        world.cancel(running)
    bury_cancel_request(world, "message-1", running)
    assert world.record(running).reason
    event = told(world)
    assert event.data["reason"]["text"] == ASKED
    world.poll()
    assert world.result_of(running).data["status"] == "cancelled"


def test_it_does_not_put_a_start_off(world: World):
    """Whoever wants an import cancelled does not want it to wait."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    before = world.record(import_id)
    bury_cancel_request(world, "message-1", import_id)
    after = world.record(import_id)
    assert (after.tries, after.not_before) == (before.tries, before.not_before)
    world.tick()
    assert world.record(import_id).state is State.RUNNING


def test_an_import_that_ended_meanwhile_is_left_alone(world: World, running: str):
    """There is nothing to cancel any more, so there is nothing to tell."""
    world.hub.finish()
    world.poll()
    version = world.record(running)
    bury_cancel_request(world, "message-1", running)
    assert world.record(running) == version


@given(st.text(max_size=300))
def test_a_message_that_names_no_import_is_told(message: str):
    """Whatever it is: it never raises, and no byte of it breaks a line."""
    world = World()
    for _ in range(2):
        bury_cancel_request(world, "message-1", message)
    event = told(world)
    assert event.data["file"]["container"] == "cancel-requests-poison"
    assert "\n" not in event.data["file"]["name"]


def test_storage_that_does_not_answer_is_no_reason_to_raise(world: World, running: str):
    """There is no further try; the import goes on."""
    world.records.fail_next = Unavailable("storage")
    bury_cancel_request(world, "message-1", running)
    assert world.record(running).reason is None
