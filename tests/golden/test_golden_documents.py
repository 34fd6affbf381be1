"""What the app keeps beside records, as earlier versions stored it: it still means the same."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient

from emulators.azurite import RunningAzurite
from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.blob_records import BlobSlots
from shared.adapters.hub_budget import HubBudget
from shared.adapters.run_documents import RunDocuments
from shared.adapters.storage import Container
from shared.domain.checkpoint import Checkpoint
from shared.domain.chunked_run import ChunkedRun
from shared.domain.import_errors import LineError
from shared.domain.run import Run
from shared.ports import AttemptRef
from tests.fakes.clock import NEW_YEAR, FakeClock


FOLDER = Path(__file__).parent / "documents"
REF = AttemptRef("golden", 1, 4)


@pytest.fixture
def documents(azurite: RunningAzurite) -> BlobDocuments:
    client = BlobServiceClient.from_connection_string(azurite.connection_string)
    return BlobDocuments(Container(client, "golden-documents"))


@pytest.fixture
def put(documents: BlobDocuments) -> Callable[[str, str], Any]:
    """Return what puts a file of the folder where the app keeps such documents."""

    def put(name: str, path: str) -> Any:
        if document := documents.read(path):
            documents.delete(path, document.version)
        body = json.loads((FOLDER / f"{name}.json").read_text())
        documents.create(path, body)
        return body

    return put


def test_a_slot_is_held_by_whom_it_was_held(documents: BlobDocuments, put: Any):
    """It can be released and taken, and its epoch goes on."""
    held = put("slot", "slots/hub-a.json")
    slots = BlobSlots(documents, FakeClock())
    hold = slots.holder("hub-a")
    assert hold
    assert (hold.import_id, hold.epoch, hold.taken_at) == (held["import_id"], 7, NEW_YEAR)
    assert not slots.take("hub-a", "another")
    slots.release("hub-a", hold)
    assert slots.take("hub-a", "another")
    now = slots.holder("hub-a")
    assert now
    assert now.epoch == 9


def test_what_was_spent_of_a_budget_is_spent(documents: BlobDocuments, put: Any):
    """Of a hundred operations eighty, and the hub was closed for a while."""
    put("budget", "budgets/hub-a.json")
    clock = FakeClock(NEW_YEAR + timedelta(seconds=14))
    budget = HubBudget(documents, clock, "hub-a", 100)
    assert budget.take(100) == 0
    clock.move(seconds=1)
    assert budget.take(100) == 20


@pytest.mark.parametrize(("name", "kind"), [("bulk_run", Checkpoint), ("chunked_run", ChunkedRun)])
def test_a_run_goes_on_where_it_was(
    documents: BlobDocuments, put: Any, name: str, kind: type[Run]
):
    """Nothing of it is lost, and its next state is stored onto it."""
    then = put(name, "runs/hub-a/golden-a1.json")
    runs = RunDocuments(documents, "hub-a", kind)
    read = runs.read(REF)
    assert read
    now = read.run.model_dump(mode="json")
    del then["writer_nonce"]
    assert {member: now[member] for member in then} == then
    assert runs.write(REF, read.run, read.version).run == read.run


def test_what_was_said_of_lines_is_told(documents: BlobDocuments, put: Any):
    """With code, sentence and device."""
    put("outcome", "outcomes/golden-a1/000000.json")
    runs = RunDocuments(documents, "hub-a", Checkpoint)
    assert list(runs.told(REF)) == [LineError("d0", None, "DeviceAlreadyExists", "is there")]
