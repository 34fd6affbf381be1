"""What was not applied comes back in the sender's own format."""

import gzip
import json

import pytest

from shared.domain.errors import Conflict
from shared.domain.import_errors import LineError
from shared.domain.import_record import Reason
from shared.domain.import_record import import_id as import_id_of
from shared.domain.job import JobStatus
from shared.domain.lifecycle import State
from shared.domain.report import Outcome
from shared.use_cases.conclude import conclude, ending_for_all
from shared.use_cases.reconcile_device_files import reconcile_device_files
from tests.fakes.world import World


FAILED = ending_for_all(State.FAILED, Outcome.FAILED, Reason(code="refused", text="refused"))


SCOPE = "ms-azure-iot-edge://top-638"
TABLE = b'\xef\xbb\xbfID;status;tags.x\r\na;enabled;1\r\nb c;enabled;2\r\n\r\nd;;"x;y"\r\n'
ARRAY = b'[{"id":"a","status":"enabled"},\n {"id":"b c"},\n {"id":"d","tags":{"x":1}}]'
LINES = b'{"id":"a","status":"enabled"}\r\n{"id":"b c"}\r\n{"id":"d","tags":{"x":1}}\r\n'

SN3 = b'{"importedDeviceIdentifier":"SN3","importedDeviceIdentityType":"serialNumber"}'


def refused(*device_ids: str) -> list[LineError]:
    """Return what a hub says of devices that it refuses."""
    return [LineError(one, None, "DeviceAlreadyExists", "is there already") for one in device_ids]


def imported(world: World, name: str, content: bytes, *device_ids: str) -> str:
    """Import a file of which the target refuses these devices; return the import's id."""
    import_id = world.drop(f"factory-a/{name}", content)
    world.start(import_id)
    world.hub.finish(*refused(*device_ids))
    world.poll()
    return import_id


def retry_of(world: World, import_id: str) -> tuple[str, bytes]:
    """Return name and content of the file that goes back; the result has its address."""
    name = world.result(import_id).data["reports"]["retry"].rpartition("/")[2]
    return name, world.work.files[f"work/{import_id}/{name}"]


@pytest.mark.parametrize(
    ("name", "content", "retry"),
    [
        ("x.csv", TABLE,
         b'\xef\xbb\xbfID;status;tags.x\r\nb c;enabled;2\r\nd;enabled;"x;y"\r\n'),
        ("x.csv.gz", gzip.compress(TABLE, mtime=0),
         b'\xef\xbb\xbfID;status;tags.x\r\nb c;enabled;2\r\nd;enabled;"x;y"\r\n'),
        ("x.json", ARRAY,
         b'[\n{"id":"b c"},\n{"id":"d","tags":{"x":1},"status":"enabled"}\n]\n'),
        ("x.txt", LINES,
         b'{"id":"b c"}\n{"id":"d","tags":{"x":1},"status":"enabled"}\n'),
    ],
)  # fmt: skip
def test_what_was_not_applied_comes_back_as_it_was_sent(name: str, content: bytes, retry: bytes):
    """The entries that broke a rule, and those that the hub refused."""
    world = World()
    ending = f"retry.{name.removeprefix('x.').removesuffix('.gz').replace('txt', 'ndjson')}"
    assert retry_of(world, imported(world, name, content, "d")) == (ending, retry)


@pytest.mark.parametrize("name", ["x.csv", "x.json", "x.txt"])
def test_what_comes_back_can_be_dropped_again(name: str):
    """The one part is good still, the other is wrong for the same reasons."""
    world = World()
    content = {"x.csv": TABLE, "x.json": ARRAY, "x.txt": LINES}[name]
    again = retry_of(world, imported(world, name, content, "d"))
    import_id = imported(world, *again)
    counts = world.result(import_id).data["counts"]
    assert (counts["applied"], counts["rejected"], counts["failed"]) == (1, 1, 0)
    _, retry = retry_of(world, import_id)
    assert b"b c" in retry
    assert b'"d"' not in retry


@pytest.mark.parametrize("name", ["x.csv", "x.json", "x.txt"])
def test_nothing_comes_back_if_all_was_applied(name: str):
    """Not even a header or brackets."""
    world = World()
    content = {
        "x.csv": b"id\na\n",
        "x.json": b'[{"id":"a"}]',
        "x.txt": b'{"id":"a"}\n',
    }[name]
    assert retry_of(world, imported(world, name, content))[1] == b""


def test_all_comes_back_if_the_job_fails():
    """What was rejected first, then the others in the order of the file."""
    world = World()
    import_id = world.drop(
        "factory-a/x.csv", f"id,deviceScope\nleaf,{SCOPE}\na,\n \nb,\n".encode()
    )
    world.start(import_id)
    world.hub.finish(status=JobStatus.FAILED, failure_reason="storage was away")
    world.poll()
    assert retry_of(world, import_id)[1] == f"id,deviceScope\n \nleaf,{SCOPE}\na,\nb,\n".encode()


def test_rows_are_reported_in_the_order_of_the_table():
    """Under the numbers that the sender sees, though children are sent last."""
    world = World()
    table = f"id,deviceScope\nleaf,{SCOPE}\n\nb c,\na,\n".encode()
    import_id = imported(world, "x.csv", table, "leaf")
    report = [json.loads(x) for x in world.work.lines(f"reports/{import_id}/report.ndjson")]
    assert [(one["line"], one["deviceId"], one["outcome"]) for one in report] == [
        (2, "leaf", "failed"),
        (3, None, "skipped"),
        (4, "b c", "rejected"),
        (5, "a", "applied"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "retry"),
    [
        ("x.csv", b"SN1;rack 1\nS^2;rack 2\nSN3;rack 3\n", b"S^2;rack 2\nSN3;rack 3\n"),
        ("x.csv", b"Contoso,Book,SN1\nContoso,,SN2\nContoso,Book,SN3\n",
         b"Contoso,,SN2\nContoso,Book,SN3\n"),
        ("x.json", b'[{"importedDeviceIdentifier":"SN1"},{},{"importedDeviceIdentifier":"SN3"}]',
         b"[\n{},\n" + SN3 + b"\n]\n"),
    ],
)  # fmt: skip
def test_corporate_identifiers_come_back_alike(name: str, content: bytes, retry: bytes):
    """The report names them by their identifiers."""
    world = World()
    world.hub.takes = "intune"
    third = "Contoso,Book,SN3" if b"Contoso" in content else "SN3"
    import_id = imported(world, name, content, third)
    assert retry_of(world, import_id)[1] == retry
    report = [json.loads(x) for x in world.work.lines(f"reports/{import_id}/report.ndjson")]
    assert [one["outcome"] for one in report] == ["applied", "rejected", "failed"]
    assert report[2]["deviceId"] == third


def test_a_late_worker_replaces_no_report(world_of_one: tuple[World, str]):
    """It stood still before it wrote, while another worker ended the import."""
    world, import_id = world_of_one
    replace, path = world.work.replace, f"reports/{import_id}/report.ndjson"
    told: list[bytes] = []

    def stand_still(*where, **options):
        world.work.replace = replace
        world.hub.finish()
        world.poll()
        told.append(world.work.files[path])
        return replace(*where, **options)

    world.work.replace = stand_still
    with pytest.raises(Conflict):
        conclude(world, world.record(import_id), FAILED)
    assert [world.work.files[path]] == told
    assert world.record(import_id).state is State.COMPLETED


def test_whoever_read_the_record_before_ends_nothing(world_of_one: tuple[World, str]):
    """It finds out before it writes a report."""
    world, import_id = world_of_one
    behind = world.record(import_id)
    world.records.replace(behind.amend())
    with pytest.raises(Conflict):
        conclude(world, behind, FAILED)
    assert f"reports/{import_id}/report.ndjson" not in world.work.files


def test_what_a_validation_left_half_done_is_in_no_report():
    """Its worker died; then the file was overwritten, so the import has no line."""
    world = World()
    source = world.files.drop("factory-a/x", LINES)
    replace, world.records.replace = world.records.replace, _die
    with pytest.raises(KeyboardInterrupt):
        world.validate("factory-a/x")
    world.records.replace = replace
    import_id = import_id_of(source.account, source.container, source.name, source.etag)
    assert any(path.endswith("rejected.ndjson") for path in world.work.files)
    world.files.drop("factory-a/x", b"another")
    world.clock.move(minutes=6)
    reconcile_device_files(world, "device-files", "factory-a")
    assert world.record(import_id).state is State.REJECTED
    for path in ("reports/{}/report.ndjson", "reports/{}/rejected.csv", "work/{}/retry.ndjson"):
        assert world.work.files[path.format(import_id)] == b""


def _die(*_):
    raise KeyboardInterrupt


@pytest.fixture
def world_of_one() -> tuple[World, str]:
    """A world in which one import runs."""
    world = World()
    import_id = world.drop("factory-a/x", LINES)
    world.start(import_id)
    return world, import_id
