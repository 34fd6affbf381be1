from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from shared.domain.errors import Unavailable
from shared.domain.lifecycle import FINAL, State
from shared.ports import AttemptRef
from shared.use_cases.reconcile_device_files import reconcile_device_files
from shared.use_cases.sweep_attempts import SAFE_AGE, sweep_attempts
from tests.builders import a_record
from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    return World()


def make(world: World, import_id: str, number: int = 1) -> tuple[str, int]:
    """Make the container of an attempt now."""
    world.exchange.made[import_id, number] = world.clock.now()
    return import_id, number


def sweep(world: World, after: timedelta = SAFE_AGE) -> set[tuple[str, int]]:
    """Let some time pass and fire the timer; return the containers that are left."""
    world.clock.move(seconds=after.total_seconds() + 1)
    sweep_attempts(world)
    return set(world.exchange.made)


def test_what_a_late_worker_made_is_deleted(world: World):
    """The import has ended and is put away; its keys must not lie around."""
    import_id = world.drop("factory-a/x", b"{}")
    world.poll()
    assert import_id in world.records.archived
    make(world, import_id)
    make(world, import_id, 2)
    assert sweep(world) == set()


@pytest.mark.parametrize("state", State)
def test_only_an_import_that_goes_on_keeps_its_containers(world: World, state: State):
    """Also if its result cannot be sent yet, an import that has ended needs them no more."""
    record = world.records.create(a_record(state=state))
    kept = make(world, record.id)
    assert sweep(world) == (set() if state in FINAL else {kept})


def test_a_young_container_is_left_alone(world: World):
    """Whatever the records say of it."""
    kept = make(world, "a" * 26)
    assert sweep(world, SAFE_AGE - timedelta(minutes=1)) == {kept}
    assert sweep(world, timedelta(minutes=1)) == set()


def test_no_container_is_deleted_while_records_cannot_be_read(world: World):
    """Nobody knows then whether it is needed; the next time it is."""
    kept = make(world, "a" * 26)
    world.records.fail_next = Unavailable("storage")
    assert sweep(world) == {kept}
    assert sweep(world) == set()


def test_the_reconciler_sweeps_too(world: World):
    """It runs every few minutes."""
    make(world, "a" * 26)
    world.clock.move(hours=2)
    reconcile_device_files(world, "device-files", "factory-a")
    assert not world.exchange.made


def test_containers_are_not_listed_by_the_poller(world: World):
    """It runs every few seconds, and has no time for it."""

    def listed(when: datetime) -> Iterator[AttemptRef]:
        raise AssertionError(when)

    world.exchange.made_before = listed
    world.poll()


def test_runs_are_swept_as_containers_are(world: World):
    """Also while the containers cannot be listed."""
    record = world.records.create(a_record(state=State.RUNNING))
    world.runs.made["a" * 26, 1] = world.runs.made[record.id, 1] = world.clock.now()
    world.exchange.made_before = away
    assert sweep(world) == set()
    assert set(world.runs.made) == {(record.id, 1)}


def away(when: datetime) -> Iterator[AttemptRef]:
    """Fail as storage does."""
    message = f"storage, asked for what is older than {when}"
    raise Unavailable(message)
