import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from shared.domain.errors import Unavailable
from shared.domain.import_record import Source
from shared.domain.lifecycle import State
from shared.use_cases.reconcile_device_files import OVERDUE, reconcile_device_files
from tests.builders import a_file, a_line
from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    return World()


def reconcile(world: World, after: timedelta = OVERDUE) -> list[str]:
    """Let some time pass, then fire the timer."""
    world.clock.move(seconds=after.total_seconds() + 1)
    return reconcile_device_files(world, "device-files", "factory-a")


def test_a_file_without_an_event_is_taken_in(world: World):
    """Once it is old enough that its event should have come; then it may start."""
    world.files.drop("factory-a/x", a_file(a_line()))
    (ticket,) = reconcile(world)
    assert world.record(ticket).state is State.QUEUED
    assert reconcile(world) == []


def test_a_fresh_file_is_left_to_its_event(world: World):
    """Most events come within seconds."""
    world.files.drop("factory-a/x", a_file(a_line()))
    assert reconcile(world, timedelta(minutes=1)) == []
    assert world.records.stored == {}


def test_a_file_whose_import_ended_is_known(world: World):
    """Also when its record was put away long ago."""
    import_id = world.drop("factory-a/x", b"{}")
    world.poll()
    assert import_id in world.records.archived
    assert reconcile(world, timedelta(days=30)) == []


def test_a_validation_that_stopped_goes_on(world: World):
    """A worker can be killed as often as the host repeats the event."""
    source = world.files.drop("factory-a/x", a_file(a_line()))
    world.work.fail_next = Unavailable("storage")
    with pytest.raises(Unavailable):
        world.validate("factory-a/x")
    (ticket,) = reconcile(world)
    assert world.record(ticket).source == source
    assert world.record(ticket).state is State.QUEUED


def test_a_file_that_cannot_be_taken_in_holds_up_no_other(world: World):
    """It is tried again the next time."""
    for name in ("factory-a/x", "factory-a/y"):
        world.files.drop(name, a_file(a_line()))
    world.work.fail_next = Unavailable("storage")
    assert len(reconcile(world)) == 1
    assert len(reconcile(world)) == 1
    assert len(world.records.stored) == 2


def test_a_container_that_cannot_be_listed_is_said_and_holds_up_nothing_else(
    world: World, caplog: pytest.LogCaptureFixture
):
    """One odd name can make storage refuse every listing."""
    world.files.drop("factory-a/x", a_file(a_line()))
    world.work.fail_next = Unavailable("storage")
    with pytest.raises(Unavailable):
        world.validate("factory-a/x")

    def unlistable(container: str) -> Iterator[Source]:
        message = f"no listing of {container}"
        raise Unavailable(message)

    world.files.all = unlistable
    (ticket,) = reconcile(world)
    assert world.record(ticket).state is State.QUEUED
    said = (
        "device_file.unlistable service=storage what=device-files why=no listing of device-files"
    )
    assert said in [record.getMessage() for record in caplog.records]


def test_every_file_is_imported_though_one_event_in_five_got_lost(world: World):
    """Of a hundred files each ends as an import that was told once."""
    chance = random.Random(5)  # noqa: S311 - which events get lost is no secret
    names = [f"factory-a/{number}" for number in range(100)]
    lost = set(chance.sample(names, 20))
    for name in names:
        world.files.drop(name, a_file(a_line(name.replace("/", "-"))))
        if name not in lost:
            world.validate(name)
    assert len(reconcile(world)) == len(lost)
    while world.records.stored:
        world.tick()
        if any(job.takes_slot for job in world.hub.jobs.values()):
            world.hub.finish()
    assert sorted(event.data["file"]["name"] for event in world.results.messages.values()) == (
        sorted(names)
    )
