"""The app with one emulated hub, whose clock is the app's."""

import json
from collections.abc import Collection
from typing import Any

from azure.storage.blob import BlobServiceClient

from emulators.iot_hub.server import RunningHub
from shared.adapters.blob_files import BlobWork
from shared.adapters.exchange import Exchange
from shared.adapters.iot_hub import IotHubTarget
from shared.adapters.iot_hub_bulk import MANY, ONE, IotHubBulkTarget
from shared.adapters.iot_hub_ways import IotHubWays
from shared.adapters.system_clock import SystemClock
from shared.domain.lifecycle import FINAL, State
from tests.bulk_calls import POLL, BulkCalls
from tests.fakes.world import World
from tests.waiting import until


class WorldOfOneHub(World):
    """The app with a hub that takes few lines by calls; its clock is the hub's."""

    def __init__(self, running: RunningHub, storage: BlobServiceClient, fresh: str) -> None:
        super().__init__()
        calls = BulkCalls(running, storage, fresh, clock=self.clock)
        self.wait = calls.wait
        self.blobs = storage
        self.running = running
        # The SAS of an exchange goes by the machine's clock.
        exchange = Exchange(storage, storage, SystemClock())
        job = IotHubTarget(calls.client, exchange, strict=False)
        bulk = IotHubBulkTarget(calls.place, MANY, strict=False)
        again = IotHubBulkTarget(calls.place, ONE, strict=False)
        self.work: Any = BlobWork(storage)
        self.targets: Any = {
            "factory-a": IotHubWays(job, bulk, again, calls.rate),
            "jobs": IotHubWays(job, bulk, again, 0),
            "bulk": bulk,
        }

    def finish(self, import_id: str) -> float:
        """Poll until the import has ended; return how many seconds it took by the hub's clock."""
        began = self.clock.monotonic()
        self.poll_until(import_id, FINAL)
        return self.clock.monotonic() - began

    def poll_until(self, import_id: str, states: Collection[State]) -> None:
        """Poll until the import is in one of some states."""

        def is_there() -> bool:
            self.tick()
            is_there = self.record(import_id).state in states
            if not is_there:
                self.wait(POLL)
            return is_there

        until(is_there, f"the import is {' or '.join(states)}")

    def report(self, import_id: str) -> dict[str, tuple[str, str]]:
        """Return outcome and code of each device."""
        lines = b"".join(self.work.read(f"reports/{import_id}/report.ndjson")).splitlines()
        found = map(json.loads, lines)
        return {line["deviceId"]: (line["outcome"], line["code"]) for line in found}
