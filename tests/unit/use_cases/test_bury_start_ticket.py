import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import Unavailable
from shared.domain.lifecycle import State
from shared.use_cases.bury_start_ticket import bury_start_ticket
from shared.use_cases.dead_letters import TRIES
from tests.builders import a_file, a_line
from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    return World()


def events(world: World, import_id: str) -> list[str]:
    """Return what subscribers were told of an import, in order."""
    return [event.type for name, event in world.results.messages.items() if import_id in name]


def test_a_dead_ticket_is_told_and_the_import_goes_on(world: World):
    """Its turn comes again after a while; nobody has to do anything."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    bury_start_ticket(world, import_id)
    assert world.poll() == []
    assert events(world, import_id) == ["deadlettered"]
    assert world.results.messages[f"{import_id}:1"].data["endedAt"] is None
    world.clock.move(minutes=15)
    world.tick()
    assert world.record(import_id).state is State.RUNNING


def test_an_import_that_gets_stuck_again_and_again_ends(world: World):
    """With a final message that says why."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    for _ in range(TRIES):
        bury_start_ticket(world, import_id)
    world.poll()
    assert world.record(import_id).state is State.FAILED
    assert events(world, import_id) == ["deadlettered", "deadlettered", "failed"]
    assert world.result_of(import_id).data["reason"]["code"] == "deadlettered"


@given(st.text(max_size=300))
def test_a_message_that_is_no_ticket_is_told_once(message: str):
    """Whatever it is: it never raises, and no byte of it breaks a line."""
    world = World()
    for _ in range(2):
        bury_start_ticket(world, message)
    world.poll()
    (event,) = world.results.messages.values()
    assert event.type == "deadlettered"
    assert event.data["file"]["container"] == "start-tickets-poison"
    assert "\n" not in event.data["file"]["name"]


def test_an_import_that_runs_already_is_left_alone(world: World):
    """The ticket was late, and the job is not."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    world.tick()
    bury_start_ticket(world, import_id)
    assert world.record(import_id).state is State.RUNNING


def test_storage_that_does_not_answer_is_no_reason_to_raise(world: World):
    """There is no further try; the poller finds the import by itself."""
    world.records.fail_next = Unavailable("storage")
    bury_start_ticket(world, "a" * 26)
