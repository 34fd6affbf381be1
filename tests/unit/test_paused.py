"""IMPORTS_PAUSED stops new jobs, and nothing else."""

from collections.abc import Callable

import pytest

from shared import bootstrap
from shared.domain.bulk_result import QUOTA
from shared.domain.errors import AnswerLost
from shared.domain.import_errors import LineError
from shared.domain.lifecycle import State
from shared.settings import Settings
from tests.builders import a_file, a_line
from tests.fakes.hub import FakeHub
from tests.fakes.world import World


SETTINGS = {
    "DeviceFiles": "UseDevelopmentStorage=true",
    "Results": "Endpoint=sb://localhost;SharedAccessKeyName=x;SharedAccessKey=eA==",
    "IMPORT_TARGETS": '{"factory-a": {"connection": "FactoryA"}}',
    "FactoryA": "HostName=a-hub.azure-devices.net;SharedAccessKeyName=x;SharedAccessKey=eA==",
    "DEFAULT_TARGET": "factory-a",
}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The world of the functions."""
    world = World()
    world.hub.again = FakeHub(world.work, slot="again:hub-a")
    monkeypatch.setattr(bootstrap, "ports", lambda: world)
    return world


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what sets the setting; it is `false` at first."""

    def pause(value: str) -> None:
        settings = Settings.from_environ({**SETTINGS, "IMPORTS_PAUSED": value})
        monkeypatch.setattr(bootstrap, "settings", lambda: settings)

    pause("false")
    return pause


def drop(world: World, name: str) -> str:
    """Drop a file; return the ticket that comes of it."""
    world.files.drop(name, a_file(a_line("d1"), a_line("d2")))
    ticket = bootstrap.validate_device_file("device-files", name)
    assert ticket
    return ticket


def test_files_are_validated_and_wait(world: World, pause: Callable[[str], None]):
    """Their tickets come to nothing, and cost them neither their place nor their time."""
    pause("true")
    ticket = drop(world, "factory-a/x")
    before = world.record(ticket)
    for _ in range(3):
        assert bootstrap.poll_import_jobs() == [ticket]
        bootstrap.start_import_job(ticket)
    assert world.record(ticket) == before
    assert not world.hub.posts
    assert world.slots.holder("hub-a") is None


def test_jobs_that_run_are_followed_to_their_end(world: World, pause: Callable[[str], None]):
    """Reports are written, subscribers told, and the slot freed; the next in line waits."""
    running = drop(world, "factory-a/x")
    bootstrap.start_import_job(running)
    pause("true")
    world.clock.move(seconds=1)
    waiting = drop(world, "factory-a/y")
    world.hub.finish()
    for ticket in bootstrap.poll_import_jobs():
        bootstrap.start_import_job(ticket)
    assert world.result(running).data["status"] == State.COMPLETED
    assert running in world.records.archived
    assert world.record(waiting).state is State.QUEUED


def test_a_second_try_of_single_lines_is_no_new_job(world: World, pause: Callable[[str], None]):
    """It belongs to an import that the hub has begun, so it is finished too."""
    running = drop(world, "factory-a/x")
    bootstrap.start_import_job(running)
    pause("true")
    world.hub.finish(LineError("d2", None, QUOTA, "full"))
    for _ in range(2):
        bootstrap.poll_import_jobs()
    assert world.hub.again
    world.hub.again.finish()
    bootstrap.poll_import_jobs()
    assert world.result(running).data["counts"]["applied"] == 2


def test_an_export_is_a_new_job_and_waits(world: World, pause: Callable[[str], None]):
    """The request is taken in, and keeps its place in the line of the hub."""
    pause("true")
    ticket = bootstrap.export_devices("m1", world.clock.now(), '{"target": "factory-a"}')
    assert ticket
    bootstrap.start_import_job(ticket)
    assert world.record(ticket).state is State.QUEUED
    assert not world.hub.posts


def test_what_waits_can_be_cancelled(world: World, pause: Callable[[str], None]):
    """Its subscribers are told at the next poll."""
    pause("true")
    ticket = drop(world, "factory-a/x")
    bootstrap.cancel_import(ticket)
    bootstrap.poll_import_jobs()
    assert world.result(ticket).data["status"] == State.CANCELLED


def test_a_start_that_stopped_is_recovered_and_then_waits(
    world: World, pause: Callable[[str], None]
):
    """What the hub may have begun is found out; another attempt would be a new job."""
    ticket = drop(world, "factory-a/x")
    world.hub.refuse["start"] = AnswerLost("reset")
    bootstrap.start_import_job(ticket)
    pause("true")
    for _ in range(3):
        world.clock.move(minutes=3)
        for again in bootstrap.poll_import_jobs():
            bootstrap.start_import_job(again)
    assert world.record(ticket).state is State.QUEUED
    assert len(world.hub.posts) == 1


def test_all_goes_on_when_the_pause_is_over(world: World, pause: Callable[[str], None]):
    """With the next poll, first come first served."""
    pause("true")
    first = drop(world, "factory-a/x")
    bootstrap.start_import_job(first)
    world.clock.move(seconds=1)
    drop(world, "factory-a/y")
    pause("false")
    for ticket in bootstrap.poll_import_jobs():
        bootstrap.start_import_job(ticket)
    assert [ref.import_id for ref in world.hub.posts] == [first]
