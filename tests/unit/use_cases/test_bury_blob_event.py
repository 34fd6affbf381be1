import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import Unavailable
from shared.domain.lifecycle import State
from shared.use_cases.bury_blob_event import bury_blob_event
from shared.use_cases.dead_letters import TRIES
from shared.use_cases.reconcile_device_files import reconcile_device_files
from tests.builders import a_file, a_line
from tests.fakes.world import World


EVENT = {
    "FunctionId": "Host.Functions.validate_device_file",
    "BlobType": "BlockBlob",
    "ContainerName": "device-files",
    "BlobName": "factory-a/x",
    "ETag": '"0x8D"',
}


@pytest.fixture
def world() -> World:
    return World()


def bury(world: World, **changes: object) -> None:
    bury_blob_event(world, json.dumps(EVENT | changes), "factory-a")


def told(world: World) -> list[str]:
    return [event.type for event in world.results.messages.values()]


def test_a_dead_event_is_told_and_the_file_taken_in_later(world: World):
    """A failure may be the world's: the reconciler tries the file again."""
    world.files.drop("factory-a/x", a_file(a_line()))
    bury(world)
    world.poll()
    assert told(world) == ["deadlettered"]
    world.clock.move(hours=1)
    (ticket,) = reconcile_device_files(world, "device-files", "factory-a")
    assert world.record(ticket).state is State.QUEUED


def test_a_file_that_fails_again_and_again_is_rejected(world: World):
    """With a final message that says why."""
    world.files.drop("factory-a/x", a_file(a_line()))
    for _ in range(TRIES):
        bury(world)
    world.poll()
    assert told(world) == ["deadlettered", "deadlettered", "rejected"]


def test_a_file_that_was_taken_in_meanwhile_is_left_alone(world: World):
    """The event was late, and the import is not."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    bury(world)
    assert world.record(import_id).state is State.QUEUED


@pytest.mark.parametrize(
    "changes", [{"BlobName": "gone"}, {"BlobName": 7}, {"ContainerName": None}]
)
def test_an_event_of_no_file_is_told(world: World, changes: dict[str, object]):
    """The blob is gone, or the message is not what the host writes."""
    bury(world, **changes)
    world.poll()
    assert told(world) == ["deadlettered"]


@given(st.text(max_size=300) | st.from_type(type(None)).map(json.dumps))
def test_no_message_makes_it_raise(message: str):
    """There is nobody to raise to."""
    world = World()
    bury_blob_event(world, message, "factory-a")
    world.poll()
    assert told(world) == ["deadlettered"]


def test_storage_that_does_not_answer_is_no_reason_to_raise(world: World):
    """The reconciler finds the file by itself."""
    world.files.drop("factory-a/x", a_file(a_line()))
    world.records.fail_next = Unavailable("storage")
    bury(world)
    world.clock.move(seconds=timedelta(minutes=6).total_seconds())
    assert reconcile_device_files(world, "device-files", "factory-a")
