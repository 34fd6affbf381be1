from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient

from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.exchange import Exchange
from shared.adapters.kept_runs import KeptRuns
from shared.adapters.run_documents import RunDocuments
from shared.adapters.storage import Container
from shared.adapters.system_clock import SystemClock
from shared.domain.checkpoint import Checkpoint
from shared.domain.import_errors import LineError
from shared.domain.import_record import import_id
from shared.ports import AttemptRef, MadeForAttempts
from tests.builders import a_file, a_line
from tests.fakes.made_for_attempts import FakeMadeForAttempts


MINUTE = timedelta(minutes=1)


@dataclass
class Scene:
    """The port, and what makes something for an attempt now."""

    import_id: str
    made: MadeForAttempts
    make: Callable[[AttemptRef], object]


@pytest.fixture(params=["fake", "azurite", "azurite, runs"])
def scene(request: Any, fresh: str) -> Scene:
    ours = import_id("", fresh, "ours", "")
    if request.param == "fake":
        fake = FakeMadeForAttempts()
        return Scene(ours, fake, lambda ref: fake.make(ref, datetime.now(UTC)))
    storage: BlobServiceClient = request.getfixturevalue("storage")
    if request.param == "azurite, runs":
        documents = BlobDocuments(Container(storage, fresh))
        runs = RunDocuments(documents, "bulk:hub", Checkpoint)
        return Scene(ours, KeptRuns(documents), partial(_run, runs))
    storage.create_container(f"imp-{ours}-a1-copy")
    Container(storage, "work").client.upload_blob(f"{ours}/devices.txt", a_file(a_line()))
    exchange = Exchange(storage, storage, SystemClock())
    return Scene(ours, exchange, exchange.lay_out)


def _run(runs: RunDocuments[Checkpoint], ref: AttemptRef) -> None:
    """Lay down a run, and tell of a line of another one that is gone."""
    if ref.number == 1:
        runs.prepare(ref, Checkpoint(lines=1))
    runs.tell(ref, 0, [LineError("d1", None, "DeviceNotFound", "is not there")])


def attempts(scene: Scene, when: datetime) -> set[int]:
    """Return the numbers of the attempts for which something was made before `when`."""
    made = scene.made.made_before(when)
    return {ref.number for ref in made if ref.import_id == scene.import_id}


def test_what_was_made_is_known_by_import_and_attempt(scene: Scene):
    """And by when it was made."""
    for number in (1, 12):
        scene.make(AttemptRef(scene.import_id, number, 1))
    now = datetime.now(UTC)
    assert attempts(scene, now + MINUTE) == {1, 12}
    assert attempts(scene, now - MINUTE) == set()


def test_what_is_removed_is_gone(scene: Scene):
    """The others stay, and removing it twice changes nothing."""
    refs = [AttemptRef(scene.import_id, number, 1) for number in (1, 2)]
    for ref in refs:
        scene.make(ref)
    for _ in range(2):
        scene.made.remove(refs[0])
    assert attempts(scene, datetime.now(UTC) + MINUTE) == {2}


def test_containers_of_others_are_not_ours_to_know_of(storage: BlobServiceClient, fresh: str):
    """Another app may use the same exchange, and its records are elsewhere."""
    foreign = import_id("", fresh, "foreign", "")
    storage.create_container(f"imp-{foreign}-a1")
    storage.create_container(f"imp-{foreign}-a2", metadata={"records": "another"})
    exchange = Exchange(storage, storage, SystemClock())
    made = exchange.made_before(datetime.now(UTC) + MINUTE)
    assert foreign not in {ref.import_id for ref in made}


def test_documents_that_are_no_runs_are_left_alone(storage: BlobServiceClient, fresh: str):
    """Records and slots lie beside them, and budgets."""
    documents = BlobDocuments(Container(storage, fresh))
    for path in ("active/x.json", "runs/bulk-hub/other.json", f"budgets/{'a' * 26}-a1.json"):
        documents.create(path, {})
    assert list(KeptRuns(documents).made_before(datetime.now(UTC) + MINUTE)) == []
