import json

import pytest

from shared.domain.errors import SourceChanged
from shared.domain.lifecycle import State
from shared.domain.task import Task
from tests.builders import a_file, a_line
from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    return World()


def test_a_good_file_is_queued_and_its_lines_are_laid_out(world: World):
    """Good lines go canonical to the work folder, byte by byte where nothing needs a change."""
    lines = [a_line("d1"), a_line("d2")]
    import_id = world.drop("factory-a/devices.txt", a_file(*lines))
    assert world.record(import_id).state is State.QUEUED
    assert world.work.lines(f"work/{import_id}/devices.txt") == lines


def test_a_queued_import_is_offered_to_start(world: World):
    """The function hands out the import id as the ticket, again for each event about the file."""
    import_id = world.drop("factory-a/devices.txt", a_file(a_line()))
    assert world.validate("factory-a/devices.txt") == import_id


def test_good_lines_go_on_without_the_bad_ones(world: World):
    """A bad line is written down with line, field, code and message; the others are queued."""
    import_id = world.drop("factory-a/x", a_file(a_line("good"), b'{"id":"bad","statsu":1}'))
    record = world.record(import_id)
    (rejected,) = map(json.loads, world.work.lines(f"work/{import_id}/rejected.ndjson"))
    assert (record.counts.accepted, record.counts.rejected) == (1, 1)
    assert rejected == {
        "line": 2,
        "deviceId": "bad",
        "field": "statsu",
        "code": "unknown_field",
        "message": 'is no field of a device, and the hub would ignore it; did you mean "status"?',
    }


def test_a_file_without_a_good_line_is_rejected_with_a_result(world: World):
    """Nothing is started, and subscribers get the reason and the lines."""
    import_id = world.drop("factory-a/x", a_file(b"rubbish", b"{}"))
    world.poll()
    result = world.result(import_id)
    assert result.data["status"] == "rejected"
    assert result.data["reason"]["code"] == "no_good_line"
    assert [one["line"] for one in result.data["sampleErrors"]] == [1, 2]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        pytest.param("factory-a/x", b"", "empty_file", id="empty"),
        pytest.param("factory-a/x", b"\n \r\n\n", "empty_file", id="blank lines only"),
        pytest.param("factroy-a/x", a_file(a_line()), "unknown_target", id="misspelled folder"),
    ],
)
def test_a_hopeless_file_is_rejected(world: World, name: str, content: bytes, code: str):
    """Each hopeless file ends at once, with the code of the reason."""
    record = world.record(world.drop(name, content))
    assert (record.state, record.reason and record.reason.code) == (State.REJECTED, code)


def test_a_strict_target_takes_whole_files_only(world: World):
    """One bad line rejects the file, and the report says that the good ones were not sent."""
    world.hub.strict = True
    import_id = world.drop("factory-a/x", a_file(a_line("good"), b"rubbish"))
    report = map(json.loads, world.work.lines(f"reports/{import_id}/report.ndjson"))
    assert world.record(import_id).state is State.REJECTED
    assert [(line["outcome"], line["code"]) for line in report] == [
        ("skipped", "strict"),
        ("rejected", "not_json"),
    ]


def test_a_device_that_stands_twice_is_rejected_where_it_stands_again(world: World):
    """The first line goes on; each later one names the line of the first."""
    again = a_file(a_line("d1"), a_line("d2"), a_line("d1"), a_line("d1", moduleId="m"))
    import_id = world.drop("factory-a/x", again)
    (rejected,) = map(json.loads, world.work.lines(f"work/{import_id}/rejected.ndjson"))
    assert (rejected["line"], rejected["code"]) == (3, "duplicate_device")
    assert "line 1" in rejected["message"]
    assert world.record(import_id).counts.accepted == 3


def test_the_same_drop_told_twice_is_one_import(world: World):
    """A repeated event finds the record and changes nothing."""
    import_id = world.drop("factory-a/x", a_file(a_line()))
    before = world.record(import_id)
    world.validate("factory-a/x")
    assert world.record(import_id) == before


def test_an_event_that_comes_after_the_end_changes_nothing(world: World):
    """The archive is asked too, so an old event does not start an import again."""
    import_id = world.drop("factory-a/x", a_file(b"rubbish"))
    world.poll()
    assert import_id in world.records.archived
    assert world.validate("factory-a/x") is None
    assert not world.records.stored


def test_an_overwritten_file_is_a_new_import(world: World):
    """Another version has another ETag, so it has its own record."""
    first = world.drop("factory-a/x", a_file(a_line("d1")))
    second = world.drop("factory-a/x", a_file(a_line("d2")))
    assert first != second
    assert len(world.records.stored) == 2


def test_a_file_that_is_gone_is_nobodys_import(world: World):
    """An event about a deleted blob ends quietly."""
    assert world.validate("factory-a/never-there") is None
    assert not world.records.stored


def test_a_file_that_changes_while_it_is_read_is_superseded(world: World):
    """The version that was noticed ends with a result; the new one has an import of its own."""

    def changed(_):
        raise SourceChanged

    world.files.read = changed
    import_id = world.drop("factory-a/x", a_file(a_line()))
    record = world.record(import_id)
    assert (record.state, record.reason and record.reason.code) == (State.REJECTED, "superseded")


def test_every_line_of_the_source_is_accounted_for(world: World):
    """Accepted, rejected and skipped lines make the total."""
    content = a_file(a_line("d1"), b"", b"rubbish", a_line("d1"), a_line("e", moduleId="$edgeHub"))
    import_id = world.drop("factory-a/x", content)
    counts = world.record(import_id).counts
    assert counts.model_dump() == {
        "total": 5,
        "accepted": 1,
        "rejected": 2,
        "skipped": 2,
        "applied": 0,
        "failed": 0,
    }


def test_unknown_metadata_is_warned_of_whatever_the_format(world: World):
    """Under its own name, also where a table calls fields otherwise."""
    world.files.drop("factory-a/x.csv", b"id,status\nd1,enabled\n", metadata={"colour": "red"})
    import_id = world.validate("factory-a/x.csv")
    assert import_id
    first, *_ = map(json.loads, world.work.lines(f"work/{import_id}/warnings.ndjson"))
    assert (first["code"], first["field"]) == ("unknown_metadata", "colour")


def test_a_file_of_configurations_is_an_import_of_its_own(world: World):
    """It goes through the same queue, and each line gets its outcome."""
    content = b'{"Id":"fast"}\n{"Id":"Upper"}\n{"id":"fast"}\n'
    import_id = world.drop("factory-a/plant.configurations.txt", content)
    world.start(import_id)
    (ref,) = world.hub.posts
    assert ref.task is Task.IMPORT_CONFIGURATIONS
    world.hub.finish()
    world.poll()
    result = world.result(import_id).data
    assert result["task"] == "import_configurations"
    assert (result["counts"]["applied"], result["counts"]["rejected"]) == (1, 2)
    retry = [json.loads(line) for line in world.work.lines(f"work/{import_id}/retry.ndjson")]
    assert [line.get("Id") or line["id"] for line in retry] == ["Upper", "fast"]


def test_configurations_need_a_target_that_has_them(world: World):
    """Calls for single devices cannot do it, and Intune has none."""
    world.add_hub("calls-only").tasks = frozenset({Task.IMPORT})
    import_id = world.drop("calls-only/configurations.txt", b'{"id":"fast"}\n')
    world.poll()
    reason = world.result(import_id).data["reason"]
    assert reason["code"] == "no_configurations"
