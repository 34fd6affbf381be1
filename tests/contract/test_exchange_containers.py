from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient

from shared.adapters.exchange import Exchange
from shared.adapters.storage import Container
from shared.adapters.system_clock import SystemClock
from shared.domain.import_record import import_id
from shared.ports import AttemptRef, ExchangeContainers
from tests.builders import a_file, a_line
from tests.fakes.exchange import FakeExchange


MINUTE = timedelta(minutes=1)


@dataclass
class Scene:
    """The port, and what makes a container now."""

    import_id: str
    containers: ExchangeContainers
    make: Callable[[AttemptRef], object]


@pytest.fixture(params=["fake", "azurite"])
def scene(request: Any, fresh: str) -> Scene:
    ours = import_id("", fresh, "ours", "")
    if request.param == "fake":
        fake = FakeExchange()
        return Scene(ours, fake, lambda ref: fake.make(ref, datetime.now(UTC)))
    storage: BlobServiceClient = request.getfixturevalue("storage")
    storage.create_container(f"imp-{ours}-a1-copy")
    Container(storage, "work").client.upload_blob(f"{ours}/devices.txt", a_file(a_line()))
    exchange = Exchange(storage, storage, SystemClock())
    return Scene(ours, exchange, exchange.lay_out)


def attempts(scene: Scene, when: datetime) -> set[int]:
    """Return the numbers of the attempts that have had a container since before `when`."""
    made = scene.containers.made_before(when)
    return {ref.number for ref in made if ref.import_id == scene.import_id}


def test_containers_are_known_by_import_and_attempt(scene: Scene):
    """And by when they were made."""
    for number in (1, 12):
        scene.make(AttemptRef(scene.import_id, number, 1))
    now = datetime.now(UTC)
    assert attempts(scene, now + MINUTE) == {1, 12}
    assert attempts(scene, now - MINUTE) == set()


def test_a_container_that_is_removed_is_gone(scene: Scene):
    """The others stay, and removing it twice changes nothing."""
    refs = [AttemptRef(scene.import_id, number, 1) for number in (1, 2)]
    for ref in refs:
        scene.make(ref)
    for _ in range(2):
        scene.containers.remove(refs[0])
    assert attempts(scene, datetime.now(UTC) + MINUTE) == {2}


def test_containers_of_others_are_not_ours_to_know_of(storage: BlobServiceClient, fresh: str):
    """Another app may use the same exchange, and its records are elsewhere."""
    foreign = import_id("", fresh, "foreign", "")
    storage.create_container(f"imp-{foreign}-a1")
    storage.create_container(f"imp-{foreign}-a2", metadata={"records": "another"})
    exchange = Exchange(storage, storage, SystemClock())
    made = exchange.made_before(datetime.now(UTC) + MINUTE)
    assert foreign not in {ref.import_id for ref in made}
