import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import AnswerLost, TargetBusy
from shared.domain.import_record import Export
from shared.domain.lifecycle import State
from shared.domain.task import Task
from tests.builders import a_file, a_line
from tests.fakes.world import PATIENCE, World


NOTICE = b"Warning: no keys in here.\n"
REQUEST = '{"target": "factory-a", "configurations": true}'


@pytest.fixture
def world() -> World:
    world = World()
    devices = NOTICE + a_file(a_line("d1"), a_line("d2"))
    world.hub.registry = {"devices.txt": devices, "configurations.txt": b'{"Id":"c"}\n'}
    return world


@pytest.fixture
def started(world: World) -> str:
    ticket = world.export(REQUEST)
    assert ticket
    world.start(ticket)
    return ticket


def test_a_request_becomes_a_job_and_a_result_with_links(world: World, started: str):
    """The files are the hub's, byte by byte, and the counts tell how many devices there are."""
    world.hub.finish()
    world.poll()
    result = world.result(started).data
    assert (result["status"], result["task"], result["target"]) == (
        "completed",
        "export",
        "factory-a",
    )
    assert result["counts"]["applied"] == result["counts"]["total"] == 2
    assert set(result["reports"]) == {"devices", "configurations"}
    for name, address in result["reports"].items():
        path = address.partition("windows.net/")[2]
        assert world.work.files[path] == world.hub.registry[f"{name}.txt"]


def test_keys_are_exported_only_if_asked_for(world: World, started: str):
    """What the request leaves out is left out."""
    other = world.export('{"target": "factory-a", "keys": true}', "message-2")
    assert world.record(started).export == Export(keys=False, configurations=True)
    assert other
    assert world.record(other).export == Export(keys=True, configurations=False)


def test_an_export_with_keys_is_no_report(world: World):
    """It lies where device files are worked on, for those who may see keys."""
    export_id = world.export('{"target": "factory-a", "keys": true}')
    assert export_id
    world.start(export_id)
    world.hub.finish()
    world.poll()
    address = world.result(export_id).data["reports"]["devices"]
    assert address.split("/")[-3:] == ["work", export_id, "devices.txt"]
    assert world.work.files[f"work/{export_id}/devices.txt"] == world.hub.registry["devices.txt"]
    assert not any(path.startswith("reports/") for path in world.work.files)


def test_the_same_message_is_one_export(world: World, started: str):
    """Told again while it runs or after its end, it starts nothing."""
    assert world.export(REQUEST) is None
    world.hub.finish()
    world.poll()
    assert world.export(REQUEST) is None
    assert len(world.hub.posts) == 1
    assert world.export(REQUEST, "message-2")
    assert started in world.records.archived


def test_a_request_whose_ticket_got_lost_is_started_all_the_same(world: World):
    """The record is the truth, as with imports."""
    ticket = world.export(REQUEST)
    assert world.poll() == [ticket]
    assert world.export(REQUEST) == ticket


def test_exports_and_imports_wait_in_one_line(world: World, started: str):
    """The hub has one slot for both: first come, first served."""
    world.clock.move(seconds=1)
    waiting = world.drop("factory-a/x", a_file(a_line("d3")))
    world.clock.move(seconds=1)
    later = world.export(REQUEST, "message-2")
    assert world.poll() == []
    world.hub.finish()
    assert world.poll() == [waiting]
    world.start(waiting)
    world.hub.finish()
    assert world.poll() == [later]
    assert world.record(started).state is State.COMPLETED


def test_an_export_whose_answer_got_lost_is_adopted(world: World):
    """The new export job is ours; an import that is new as well is not taken for it."""
    ticket = world.export(REQUEST)
    assert ticket
    world.hub.lose_answer = AnswerLost("timeout")
    world.start(ticket)
    world.clock.move(seconds=PATIENCE.total_seconds())
    world.poll()
    assert world.record(ticket).state is State.RUNNING
    assert [ref.task for ref in world.hub.posts] == [Task.EXPORT]


def test_a_busy_hub_puts_an_export_back(world: World):
    """Nothing of it is lost."""
    ticket = world.export(REQUEST)
    assert ticket
    world.hub.refuse["start"] = TargetBusy("JobQuotaExceeded")
    world.start(ticket)
    assert world.record(ticket).state is State.QUEUED
    world.start(ticket)
    assert world.record(ticket).state is State.RUNNING


def test_a_failed_export_hands_out_no_file(world: World, started: str):
    """Nor does one that was cancelled."""
    world.cancel(started)
    world.poll()
    result = world.result(started).data
    assert (result["status"], result["reports"]) == ("cancelled", {})


def test_files_that_the_hub_did_not_write_are_missed(world: World, started: str):
    """Completed without files is a matter for a person, after some time."""
    world.hub.finish(log=False)
    world.poll()
    world.clock.move(minutes=11)
    world.poll()
    assert world.result(started).data["reason"]["code"] == "outcome_missing"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param("rubbish", "malformed_request", id="no JSON"),
        pytest.param("[]", "malformed_request", id="no object"),
        pytest.param("{}", "malformed_request", id="no target"),
        pytest.param('{"target":"factory-a","key":true}', "malformed_request", id="unknown name"),
        pytest.param('{"target":"factory-a","keys":"no"}', "malformed_request", id="wrong type"),
        pytest.param('{"target":"factory-z"}', "unknown_target", id="unknown target"),
        pytest.param('{"target":"calls-only"}', "cannot_export", id="no export there"),
    ],
)
def test_a_request_that_cannot_be_met_is_rejected_with_a_result(
    world: World, body: str, code: str
):
    """It is told and put away; nothing is left for the host to try again."""
    world.add_hub("calls-only").tasks = frozenset({Task.IMPORT})
    assert world.export(body) is None
    world.poll()
    (event,) = world.results.messages.values()
    assert (event.type, event.data["status"], event.data["reason"]["code"]) == (
        "rejected",
        "rejected",
        code,
    )
    assert not world.records.stored


@given(st.text() | st.recursive(st.none() | st.text(), st.lists).map(json.dumps))
def test_no_message_makes_it_fail(body: str):
    """Whatever is in it ends in a record."""
    world = World()
    world.export(body)
    assert len(world.records.stored) == 1


def test_a_wrong_value_is_not_repeated(world: World):
    """It may be a secret in the wrong place."""
    world.export('{"target": "factory-a", "keys": "c2VjcmV0LXNlY3JldC1zZWNyZXQ="}')
    world.poll()
    (event,) = world.results.messages.values()
    assert "c2Vj" not in json.dumps(event.data)
