"""A registry goes from one hub into another and comes out as it went in."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from azure.storage.blob import BlobServiceClient

from emulators.iot_hub.identity import SYSTEM_MODULES
from emulators.iot_hub.server import RunningHub
from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.blob_files import BlobDeviceFiles, BlobWork
from shared.adapters.blob_records import BlobRecords, BlobSlots
from shared.adapters.exchange import Exchange
from shared.adapters.iot_hub import IotHubTarget
from shared.adapters.iot_hub_bulk import ONE, IotHubBulkTarget
from shared.adapters.iot_hub_ways import IotHubWays
from shared.adapters.storage import Container
from shared.adapters.system_clock import SystemClock
from shared.domain.import_record import import_id
from shared.ports import Target
from shared.use_cases.validate_device_file import validate_device_file
from tests.bulk_calls import POLL, BulkCalls, standing_hub
from tests.contract.a_registry import fill
from tests.fakes.clock import FakeClock
from tests.fakes.results import FakeResults
from tests.fakes.world import World
from tests.waiting import until


DEVICES: Final = 10_000
#: What each hub makes itself.
GENERATED: Final = {"eTag", "twinETag"}
#: The part of a scope that each hub makes itself.
GENERATION: Final = re.compile(r"-\d+\Z")


@dataclass
class WorldOfTwoHubs(World):
    """The app on storage, with a target for each of two hubs; only the results are in memory."""

    storage: BlobServiceClient
    fresh: str
    hubs: dict[str, RunningHub]
    work: Any = field(init=False)
    files: Any = field(init=False)

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.files = BlobDeviceFiles(self.storage)
        self.work = BlobWork(self.storage)
        documents = BlobDocuments(Container(self.storage, f"{self.fresh}-state"))
        self.records: Any = BlobRecords(documents)
        self.slots: Any = BlobSlots(documents, self.clock)
        self.targets: Any = {alias: self._target(hub) for alias, hub in self.hubs.items()}
        self.results = FakeResults()

    def _target(self, running: RunningHub) -> Target:
        """Return a target of jobs, as the app has it that a hub of no limits belongs to."""
        calls = BulkCalls(running, self.storage, f"{self.fresh}-state", 5000, self.clock)
        # The SAS of an exchange goes by the machine's clock.
        exchange = Exchange(self.storage, self.storage, SystemClock())
        job = IotHubTarget(calls.client, exchange, strict=False)
        again = IotHubBulkTarget(calls.place, ONE, strict=False)
        return IotHubWays(job, calls.target, again, 0)

    def export_from(self, alias: str) -> tuple[Any, bytes]:
        """Export a hub with its keys; return the result and the file."""
        ticket = self.export(json.dumps({"target": alias, "keys": True}), f"{self.fresh}{alias}")
        assert ticket
        result = self._followed(ticket)
        return result, b"".join(self.work.read(f"work/{ticket}/devices.txt"))

    def import_into(self, alias: str, content: bytes) -> Any:
        """Drop a file for a hub; return the result."""
        name = f"{alias}/devices.txt"
        Container(self.storage, self.fresh).client.upload_blob(name, content)
        validate_device_file(self, self.fresh, name, None)
        source = self.files.look(self.fresh, name)
        return self._followed(import_id(source.account, self.fresh, name, source.etag))

    def _followed(self, name: str) -> Any:
        def ended() -> bool:
            self.tick()
            self.clock.move(seconds=POLL)
            return any(one.startswith(name) for one in self.results.messages)

        until(ended, "the result is there")
        return self.result(name).data


def lines_of(export: bytes) -> dict[tuple[str, str | None], Any]:
    """Return the lines of an export, each by what it is about, without what is generated."""
    lines = map(json.loads, export.splitlines())
    return {(line["id"], line.get("moduleId")): _kept(line) for line in lines}


def _kept(line: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in line.items() if name not in GENERATED}
    if scope := kept.get("deviceScope"):
        kept["deviceScope"] = GENERATION.sub("", scope)
    return kept


@pytest.fixture
def world(storage: BlobServiceClient, fresh: str) -> Iterator[WorldOfTwoHubs]:
    with standing_hub() as old, standing_hub() as new:
        yield WorldOfTwoHubs(storage, fresh, {"old": old, "new": new})


def test_a_registry_goes_into_an_empty_hub_and_comes_out_as_it_was(world: WorldOfTwoHubs):
    """Ten thousand devices with twins, modules, edge devices and what is below them.

    All but what each hub makes itself is the same: ETags, and the generation in scopes. Hubs
    export no parents of edge devices, so the two files cannot differ there.
    """
    fill(world.hubs["old"].hub.registry, DEVICES)
    identities = len(world.hubs["old"].hub.registry)
    exported, first = world.export_from("old")
    assert exported["counts"]["applied"] == identities > DEVICES
    counts = world.import_into("new", first)["counts"]
    lines = lines_of(first)
    systems = sum(module in SYSTEM_MODULES for _, module in lines)
    assert (counts["failed"], counts["rejected"], counts["skipped"]) == (0, 0, systems)
    assert counts["applied"] == identities - systems
    _, second = world.export_from("new")
    assert lines_of(second) == lines
    assert second != first


def test_leaves_are_below_edge_devices_of_their_own_hub(world: WorldOfTwoHubs):
    """No scope of the old hub is left."""
    fill(world.hubs["old"].hub.registry, 200)
    _, export = world.export_from("old")
    world.import_into("new", export)
    registry = world.hubs["new"].hub.registry
    spanned = {one.device_scope for one in registry if one.iot_edge}
    below = [one for one in registry if one.device_scope and not one.iot_edge]
    assert len(below) == 50
    assert {leaf.device_scope for leaf in below} <= spanned
