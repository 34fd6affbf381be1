from datetime import timedelta

import pytest

from shared.domain.errors import Conflict
from shared.domain.import_errors import LineError
from shared.domain.lifecycle import State
from shared.use_cases.attempts import attempt_ref
from shared.use_cases.reconcile_device_files import reconcile_device_files
from shared.use_cases.sweep import sweep
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


def laid_out(world: World) -> list[tuple[str, int]]:
    return list(world.hub.laid_out())


def test_what_a_running_import_needs_stays(world: World, running: str):
    """Its attempt goes on."""
    sweep(world, OVERDUE)
    assert laid_out(world) == [(running, 1)]


def test_what_came_after_the_end_goes(world: World, running: str):
    """A worker stood still while another one went through the whole import."""
    record = world.record(running)
    world.hub.finish()
    world.poll()
    assert laid_out(world) == []
    world.hub.prepare(attempt_ref(record, record.attempt))
    sweep(world, OVERDUE)
    assert laid_out(world) == []


def test_what_was_laid_out_for_an_attempt_that_is_void_goes(world: World):
    """The import waits for its next turn, and a worker of its first one comes too late."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    prepare = world.hub.prepare

    def given_up_before(ref):
        world.hub.prepare = prepare
        world.clock.move(minutes=3)
        world.poll()
        prepare(ref)

    world.hub.prepare = given_up_before
    with pytest.raises(Conflict):
        world.start(import_id)
    assert world.record(import_id).state is State.QUEUED
    assert laid_out(world) == [(import_id, 1)]
    sweep(world, OVERDUE)
    assert laid_out(world) == []


def test_what_an_earlier_job_said_is_kept_until_the_end(world: World, running: str):
    """A second attempt may need it, as a second try or a next phase does."""
    record = world.record(running)
    world.hub.finish(LineError("d1", None, "DeviceAlreadyExists", "is there"))
    more = record.attempts[0].model_copy(update={"number": 2, "job_id": None})
    world.records.replace(record.amend(attempts=(*record.attempts, more)))
    sweep(world, OVERDUE)
    assert laid_out(world) == [(running, 1)]


def test_a_slot_is_freed_though_nobody_waits_for_it(world: World, running: str):
    """Its holder has ended; but not before nobody can be starting it any more."""
    world.hub.finish()
    world.poll()
    assert world.slots.take("hub-a", running)
    sweep(world, OVERDUE)
    assert world.slots.holder("hub-a")
    world.clock.move(seconds=OVERDUE.total_seconds())
    sweep(world, OVERDUE)
    assert world.slots.holder("hub-a") is None


def test_the_slot_of_a_running_import_is_never_freed(world: World, running: str):
    """However long it takes."""
    world.clock.move(days=1)
    sweep(world, OVERDUE)
    hold = world.slots.holder("hub-a")
    assert hold
    assert hold.import_id == running


def test_the_reconciler_sweeps(world: World, running: str):
    """It comes every few minutes anyway."""
    world.hub.exchange["gone", 1] = b""
    reconcile_device_files(world, "device-files", "factory-a")
    assert laid_out(world) == [(running, 1)]
