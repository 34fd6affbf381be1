import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import Unavailable
from shared.use_cases.bury_export_request import bury_export_request
from tests.fakes.world import World


REQUEST = '{"target": "factory-a", "keys": false}'


@pytest.fixture
def world() -> World:
    return World()


def test_a_dead_request_is_told(world: World):
    """There is nothing that would go on, so the message says to ask again, and with what."""
    bury_export_request(world, "message-1", REQUEST)
    world.poll()
    (event,) = world.results.messages.values()
    assert (event.type, event.data["status"], event.data["task"]) == (
        "deadlettered",
        "rejected",
        "export",
    )
    assert event.data["file"]["container"] == "export-requests-poison"
    assert event.data["file"]["name"] == REQUEST
    assert "redrive" in event.data["reason"]["text"]


def test_the_same_words_may_die_twice(world: World):
    """One message is told once however often it comes; another one is another."""
    for message_id in ("message-1", "message-1", "message-2"):
        bury_export_request(world, message_id, REQUEST)
        world.poll()
    assert len(world.results.messages) == 2


@given(st.text(max_size=300))
def test_no_message_makes_it_raise(message: str):
    """There is nobody to raise to, and no byte of it breaks a line."""
    world = World()
    bury_export_request(world, "message-1", message)
    world.poll()
    (event,) = world.results.messages.values()
    assert event.type == "deadlettered"
    assert "\n" not in event.data["file"]["name"]


def test_storage_that_does_not_answer_is_no_reason_to_raise(world: World):
    """There is no further try."""
    world.records.fail_next = Unavailable("storage")
    bury_export_request(world, "message-1", REQUEST)
    assert not world.records.stored
