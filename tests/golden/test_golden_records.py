"""Records as earlier versions of the app stored them: each still loads, and its import ends.

The files here are never changed. A version that stores something else adds files of its own.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient, ContainerClient

from emulators.azurite import RunningAzurite
from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.blob_records import BlobRecords
from shared.adapters.storage import Container
from shared.domain.bulk_result import QUOTA
from shared.domain.import_errors import LineError
from shared.domain.import_record import ImportRecord
from shared.domain.job import Job, JobStatus
from shared.domain.lifecycle import FINAL, HOLDS_SLOT, State
from shared.use_cases.reconcile_device_files import OVERDUE, reconcile_device_files
from tests.fakes.edge_hub import EdgeWorld
from tests.fakes.hub import FakeHub
from tests.fakes.records import FakeRecords


FOLDER = Path(__file__).parent
RECORDS = sorted((FOLDER / "records").glob("*.json"))
#: In so many rounds of all timers every import has ended.
ROUNDS = 12

golden = pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)


def loaded(path: Path) -> ImportRecord:
    return ImportRecord.model_validate(json.loads(path.read_text())["document"])


@pytest.fixture(scope="module")
def container(azurite: RunningAzurite) -> Iterator[ContainerClient]:
    connection = azurite.connection_string
    with BlobServiceClient.from_connection_string(connection) as client:
        yield Container(client, "golden-records").client


def stored(container: ContainerClient, path: Path, *without: str) -> BlobRecords:
    """Put a record where the app keeps it, alone, and as the version that wrote it would."""
    for name in list(container.list_blob_names()):
        container.delete_blob(name)
    document, metadata = (
        {name: value for name, value in json.loads(path.read_text())[part].items()
         if name not in without}
        for part in ("document", "metadata")
    )  # fmt: skip
    name = f"active/{document['id']}.json"
    container.upload_blob(name, json.dumps(document).encode(), metadata=metadata)
    return BlobRecords(BlobDocuments(_There(container)))


class _There(Container):
    """A container that needs not be made."""

    def __init__(self, client: ContainerClient) -> None:
        vars(self)["client"] = client


def holds(now: Any, then: Any) -> bool:
    """Tell whether a value has all that an earlier one had, whatever came to it since."""
    if isinstance(then, Mapping):
        return all(name in now and holds(now[name], value) for name, value in then.items())
    if isinstance(then, list):
        return len(now) == len(then) and all(map(holds, now, then))
    return bool(now == then)


def test_there_is_a_record_of_every_state():
    """A state that is added to the lifecycle needs one."""
    assert {loaded(path).state for path in RECORDS} == set(State)


@golden
@pytest.mark.parametrize("without", [(), ("v",)], ids=["", "without a version"])
def test_a_record_loads_and_nothing_of_it_is_lost(
    container: ContainerClient, path: Path, without: tuple[str, ...]
):
    """The first records say no version, and are of the first."""
    then = json.loads(path.read_text())["document"]
    record = stored(container, path, *without).get(then["id"])
    assert record
    del then["writer_nonce"]
    assert holds(record.model_dump(mode="json"), then)


@golden
def test_a_record_is_listed_as_what_it_is(container: ContainerClient, path: Path):
    """By metadata alone."""
    known = FakeRecords()
    known.stored[loaded(path).id] = loaded(path)
    assert list(stored(container, path).active()) == list(known.active())


def a_world(record: ImportRecord) -> EdgeWorld:
    """Return a world in which an import stands where its record says."""
    world = EdgeWorld()
    world.hub.again = FakeHub(world.work, slot="again:hub-a")
    if record.state is State.RECEIVED:
        content = (FOLDER / "device_file.txt").read_bytes()
        dropped = world.files.drop(record.source.name, content)
        assert dropped == record.source
    world.work.files = {
        f"work/{record.id}/{file.name}": file.read_bytes()
        for file in FOLDER.glob(f"work/{_work_of(record)}/*")
    }
    world.hub.registry = {"devices.txt": b"{}\n", "configurations.txt": b"{}\n"}
    world.records.stored[record.id] = record.model_copy(update={"version": "golden"})
    if record.state in HOLDS_SLOT:
        world.slots.take(record.slot, record.id)
    for attempt in record.attempts:
        hub = world.hub.again if attempt.way else world.hub
        if attempt.intent_at or attempt.way:
            job_id = attempt.job_id or "not-known-yet"
            hub.jobs[job_id] = Job(job_id, record.task.job_kind, JobStatus.COMPLETED)
            again = (
                LineError("d2", None, QUOTA, "full") if record.state is State.RETRYING else None
            )
            hub.logs[record.id, attempt.number] = [again] if again and not attempt.way else []
    return world


def _work_of(record: ImportRecord) -> str:
    """Return the folder with the work files of a record; those of parents have their own."""
    return record.state if record.state is State.ARRANGING else record.task


def go_on(world: EdgeWorld, import_id: str) -> None:
    """Fire all timers until an import is put away; jobs end as soon as they are started."""
    for _ in range(ROUNDS):
        world.clock.move(seconds=2 * OVERDUE.total_seconds())
        for ticket in reconcile_device_files(world, "device-files", "factory-a"):
            world.start(ticket)
        world.tick()
        world.run_job()
        if import_id in world.records.archived:
            return


@golden
def test_an_import_that_is_found_half_way_ends(path: Path):
    """Its subscribers are told, its record is put away, and nobody keeps the slot."""
    record = loaded(path)
    world = a_world(record)
    if record.state is State.HELD:
        world.cancel(record.id)
    go_on(world, record.id)
    end = world.records.archived[record.id].state
    ends = {State.HELD: State.CANCELLED} | {state: state for state in FINAL}
    assert end is ends.get(record.state, State.COMPLETED)
    assert world.result_of(record.id).data["status"] == end
    assert not world.slots.held
