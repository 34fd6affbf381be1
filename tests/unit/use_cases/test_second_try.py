import json
from typing import Any

import pytest

from shared.domain.bulk_result import QUOTA
from shared.domain.errors import AnswerLost, Unavailable
from shared.domain.import_errors import LineError
from shared.domain.job import JobStatus
from shared.domain.lifecycle import State
from shared.domain.task import Task
from shared.use_cases.cancel_import import cancel_import
from shared.use_cases.poll_import_jobs import MISSING_FOR
from tests.builders import a_file, a_line
from tests.fakes.hub import FakeHub
from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.hub.again = FakeHub(world.work, slot="again:hub-a")
    return world


@pytest.fixture
def again(world: World) -> FakeHub:
    assert world.hub.again
    return world.hub.again


@pytest.fixture
def running(world: World) -> str:
    import_id = world.drop("factory-a/x", a_file(*map(a_line, ("d1", "d2", "d3", "d4"))))
    world.start(import_id)
    return import_id


def full(*device_ids: str) -> list[LineError]:
    return [LineError(name, None, QUOTA, "the hub takes no more devices") for name in device_ids]


def report(world: World, import_id: str) -> list[tuple[Any, ...]]:
    lines = (json.loads(x) for x in world.work.lines(f"reports/{import_id}/report.ndjson"))
    return [(x["deviceId"], x["outcome"], x["code"]) for x in lines]


def test_lines_without_room_are_tried_singly(world: World, running: str, again: FakeHub):
    """Only they, in an attempt of their own; what else failed stays failed."""
    exists = LineError("d1", None, "DeviceAlreadyExists", "is there")
    world.hub.finish(exists, *full("d2", "d4"))
    world.poll()
    assert world.record(running).state is State.RETRYING
    assert world.work.lines(f"work/{running}/again.txt") == [a_line("d2"), a_line("d4")]
    world.poll()
    (ref,) = again.posts
    assert (ref.number, ref.lines) == (2, 2)
    again.finish(*full("d4"))
    world.poll()
    assert world.record(running).state is State.COMPLETED
    assert report(world, running) == [
        ("d1", "failed", "DeviceAlreadyExists"),
        ("d2", "applied", "applied_on_second_try"),
        ("d3", "applied", ""),
        ("d4", "failed", QUOTA),
    ]


def test_the_report_says_that_it_was_a_second_try(world: World, running: str, again: FakeHub):
    """Of those that were applied, and of those that were not."""
    world.hub.finish(*full("d2", "d4"))
    world.poll()
    world.poll()
    again.finish(*full("d4"))
    world.poll()
    lines = map(json.loads, world.work.lines(f"reports/{running}/report.ndjson"))
    messages = {line["deviceId"]: line["message"] for line in lines}
    assert "a call of its own applied it" in messages["d2"]
    assert "on a second try" in messages["d4"]
    result = world.result(running).data
    assert (result["counts"]["applied"], result["counts"]["failed"]) == (3, 1)
    assert result["jobId"] == "hub-a-job-1"
    assert world.work.lines(f"work/{running}/retry.ndjson") == [a_line("d4")]


def test_other_errors_are_no_reason_for_a_second_try(world: World, running: str, again: FakeHub):
    """Nor is a hub that has no other way."""
    world.hub.finish(LineError("d1", None, "DeviceAlreadyExists", "is there"))
    world.poll()
    assert world.record(running).state is State.COMPLETED
    assert not again.posts


def test_a_target_without_another_way_reports_what_the_job_said(world: World):
    """Nothing is tried again there."""
    import_id = world.drop("factory-a/x", a_file(a_line("d1")))
    world.start(import_id)
    world.hub.again = None
    world.hub.finish(*full("d1"))
    world.poll()
    assert report(world, import_id) == [("d1", "failed", QUOTA)]


def test_what_cannot_be_sent_singly_is_not_tried_again(world: World, running: str, again: FakeHub):
    """The other way may be for devices only, and the lines be something else."""
    again.tasks = frozenset({Task.EXPORT})
    world.hub.finish(*full("d2"))
    world.poll()
    assert ("d2", "failed", QUOTA) in report(world, running)


@pytest.mark.parametrize("call", ["prepare", "start"])
def test_a_second_try_that_could_not_begin_begins_later(
    world: World, running: str, again: FakeHub, call: str
):
    """The record knows of it, so the next poll goes on."""
    world.hub.finish(*full("d2"))
    world.poll()
    again.refuse[call] = Unavailable("storage")
    world.poll()
    assert world.record(running).attempt.job_id is None
    world.poll()
    assert world.record(running).attempt.job_id
    again.finish()
    world.poll()
    assert world.record(running).state is State.COMPLETED


def test_a_job_that_fails_on_the_second_try_is_told_line_by_line(
    world: World, running: str, again: FakeHub
):
    """The first try went through the file, so the import did not fail as a whole."""
    world.hub.finish(*full("d2"))
    world.poll()
    world.poll()
    again.finish(*full("d2"), status=JobStatus.FAILED)
    world.poll()
    assert world.record(running).state is State.COMPLETED
    assert report(world, running)[1] == ("d2", "failed", QUOTA)


def test_a_second_try_that_disappears_is_handed_over(world: World, running: str, again: FakeHub):
    """As a job that the hub does not show."""
    world.hub.finish(*full("d2"))
    world.poll()
    world.poll()
    again.jobs.clear()
    world.poll()
    world.clock.move(seconds=MISSING_FOR.total_seconds() + 1)
    world.poll()
    assert world.record(running).state is State.NEEDS_ATTENTION


def test_nothing_is_left_of_either_try(world: World, running: str, again: FakeHub):
    """Both exchanges hold device keys."""
    world.hub.finish(*full("d2"))
    world.poll()
    world.poll()
    again.finish()
    world.poll()
    assert not world.hub.exchange
    assert not again.exchange
    assert running in world.records.archived


@pytest.mark.parametrize("begun", [True, False])
def test_a_second_try_can_be_cancelled(world: World, running: str, again: FakeHub, *, begun: bool):
    """The first try stands, so the import is told line by line; before it began, it is asked."""
    world.hub.finish(*full("d2"))
    world.poll()
    if begun:
        world.poll()
    cancel_import(world, running)
    for _ in range(3):
        world.poll()
        if again.jobs and not again.logs:
            again.logs[running, 2] = full("d2")
    assert world.record(running).state is State.COMPLETED
    (job,) = again.jobs.values()
    assert job.status is JobStatus.CANCELLED
    assert report(world, running)[1] == ("d2", "failed", QUOTA)


def test_a_second_try_whose_start_has_no_answer_is_started_again(
    world: World, running: str, again: FakeHub
):
    """Its run is ours, and a start of it may be repeated."""
    world.hub.finish(*full("d2"))
    world.poll()
    again.refuse["start"] = AnswerLost("storage: no answer")
    world.poll()
    assert world.record(running).attempt.job_id is None
    world.poll()
    assert world.record(running).attempt.job_id
