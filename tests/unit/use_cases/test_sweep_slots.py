from datetime import timedelta

import pytest

from shared.domain.errors import Unavailable
from shared.use_cases.reconcile_device_files import reconcile_device_files
from shared.use_cases.sweep_slots import sweep_slots
from tests.builders import a_file, a_line
from tests.fakes.world import World


OVERDUE = timedelta(minutes=5)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def running(world: World) -> str:
    import_id = world.drop("factory-a/x", a_file(a_line()))
    world.start(import_id)
    return import_id


def test_a_slot_is_freed_though_nobody_waits_for_it(world: World, running: str):
    """Its holder has ended; but not before nobody can be starting it any more."""
    world.hub.finish()
    world.poll()
    assert world.slots.take("hub-a", running)
    reconcile_device_files(world, "device-files", "factory-a")
    assert world.slots.holder("hub-a")
    world.clock.move(seconds=OVERDUE.total_seconds())
    reconcile_device_files(world, "device-files", "factory-a")
    assert world.slots.holder("hub-a") is None


def test_the_slot_of_a_running_import_is_never_freed(world: World, running: str):
    """However long it takes."""
    world.clock.move(days=1)
    sweep_slots(world, OVERDUE)
    hold = world.slots.holder("hub-a")
    assert hold
    assert hold.import_id == running


def test_what_cannot_be_swept_now_is_left_to_the_next_time(world: World, running: str):
    """Files that were overlooked are taken in all the same."""
    assert world.slots.take("hub-a", running)
    world.clock.move(days=1)
    world.records.fail_next = Unavailable("storage")
    sweep_slots(world, OVERDUE)
    assert world.slots.holder("hub-a")
