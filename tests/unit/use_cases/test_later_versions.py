"""A record that a later version of the app wrote, among those of this one."""

import json
from collections.abc import Callable, Iterator

import pytest

from shared import outages
from shared.domain.errors import TryAgain
from shared.domain.import_record import VERSION, ImportRecord
from shared.domain.lifecycle import State
from shared.use_cases.bury_blob_event import bury_blob_event
from shared.use_cases.bury_start_ticket import bury_start_ticket
from shared.use_cases.reconcile_device_files import OVERDUE, reconcile_device_files
from tests.builders import a_file, a_line, a_record
from tests.fakes.world import PATIENCE, World


NAME = "factory-a/later.txt"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(params=State)
def later(request: pytest.FixtureRequest, world: World) -> Iterator[ImportRecord]:
    """Such a record, in whatever state; nobody has touched it when the test has ended."""
    record = a_record(
        v=VERSION + 1,
        state=request.param,
        source=world.files.drop(NAME, a_file(a_line("later"))),
        queued_at=world.clock.now(),
    )
    world.records.stored[record.id] = record
    yield record
    assert world.records.stored[record.id] is record
    assert not [one for one in world.results.messages if one.startswith(record.id)]


def let_down(call: Callable[[], object]) -> None:
    """Call; the host may be asked to try again, for it may find a worker that knows more."""
    try:
        call()
    except TryAgain:
        return


def test_it_is_left_alone_by_everybody(world: World, later: ImportRecord):
    """By timers, tickets, events, wishes, and by those who bury what failed too often."""
    event = json.dumps({"ContainerName": "device-files", "BlobName": NAME})
    for _ in range(3):
        world.clock.move(seconds=2 * OVERDUE.total_seconds())
        world.tick()
        reconcile_device_files(world, "device-files", "factory-a")
        let_down(lambda: world.validate(NAME))
        let_down(lambda: world.start(later.id))
        let_down(lambda: world.cancel(later.id))
        bury_start_ticket(world, later.id)
        bury_blob_event(world, event, "factory-a")
    assert not world.hub.posts


def test_others_go_on_beside_it(world: World, later: ImportRecord):
    """Although it is older than they are, and of the same hub."""
    world.clock.move(seconds=1)
    import_id = world.drop("factory-a/known", a_file(a_line()))
    assert world.poll() == [import_id]
    world.start(import_id)
    world.hub.finish()
    world.poll()
    assert world.result(import_id).data["status"] == State.COMPLETED
    assert later.id in world.records.stored


def test_it_is_reported_once_a_minute(
    world: World,
    later: ImportRecord,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
):
    """With its id and its version, as long as it is there."""
    monkeypatch.setattr(outages.log, "filters", [])
    outages.keep_quiet(world.clock.monotonic)
    for _ in range(8):
        world.poll()
        world.clock.move(seconds=15)
    reports = [message for message in caplog.messages if later.id in message]
    assert len(reports) == 2
    assert f"record of version {VERSION + 1}" in reports[0]


def test_a_slot_that_it_holds_stays_held(world: World, later: ImportRecord):
    """However long: nobody here can tell whether its job may still come."""
    world.slots.take("hub-a", later.id)
    import_id = world.drop("factory-a/known", a_file(a_line()))
    for _ in range(3):
        world.clock.move(seconds=2 * PATIENCE.total_seconds())
        world.tick()
    hold = world.slots.holder("hub-a")
    assert hold
    assert hold.import_id == later.id
    assert world.record(import_id).state is State.QUEUED
