"""Bulk calls into an emulated hub whose minutes pass only when a test lets them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from azure.storage.blob import BlobServiceClient

from emulators.iot_hub import ticks
from emulators.iot_hub.clock import Clock as HubClock
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.server import RunningHub, serve
from emulators.iot_hub.tier import Tier
from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.blob_files import BlobWork
from shared.adapters.bulk_run import BulkHabit, BulkPlace
from shared.adapters.hub_budget import HubBudget
from shared.adapters.iot_hub_bulk import MANY, IotHubBulkTarget
from shared.adapters.iot_hub_client import IotHubClient, SharedAccessPolicy
from shared.adapters.iot_hub_registry import IotHubRegistry
from shared.adapters.run_documents import job_id
from shared.adapters.storage import Container
from shared.domain.bulk_result import BulkResult, CallRefused
from shared.domain.errors import TargetThrottled
from shared.domain.import_errors import LineError
from shared.domain.job import Job
from shared.ports import AttemptRef
from tests.builders import a_file, a_line
from tests.fakes.clock import FakeClock


PATIENCE = timedelta(minutes=3)
#: Seconds between two polls.
POLL = 15


@contextmanager
def standing_hub(tier: Tier | None = None, units: int = 1, **fields: Any) -> Iterator[RunningHub]:
    """Serve a hub whose clock stands still."""
    clock = HubClock(lambda: ticks.UNIX_EPOCH)
    with serve(Hub(tier=tier, units=units, clock=clock, **fields)) as running:
        yield running


class CountingRegistry(IotHubRegistry):
    """Remembers the lines of every call that left, when that was, and what was throttled."""

    def __init__(self, client: IotHubClient, clock: FakeClock) -> None:
        super().__init__(client)
        self.calls: list[list[str]] = []
        self.throttled = 0
        self._clock = clock
        #: When which number of operations was used up.
        self._used: list[tuple[float, int]] = []

    def apply(self, lines: Sequence[bytes]) -> BulkResult | CallRefused:
        self.calls.append([json.loads(line)["id"] for line in lines])
        self._use(len(lines))
        try:
            return super().apply(lines)
        except TargetThrottled:
            self.throttled += 1
            raise

    def count_devices(self) -> int:
        self._use(1)
        return super().count_devices()

    def identity(self, device_id: str, module_id: str | None) -> Mapping[str, Any] | None:
        self._use(1)
        return super().identity(device_id, module_id)

    def busiest_minute(self) -> int:
        """Return the most operations of any minute, wherever it begins."""
        starts = [then for then, _ in self._used]
        return max(
            sum(count for then, count in self._used if start <= then < start + 60)
            for start in starts
        )

    def _use(self, count: int) -> None:
        self._used.append((self._clock.monotonic(), count))


@dataclass
class BulkCalls:
    """One hub, one app that imports into it, and their time."""

    running: RunningHub
    storage: BlobServiceClient
    #: Names the container of the app's state, and the imports.
    fresh: str
    rate: int = 100
    clock: FakeClock = field(default_factory=FakeClock)
    habit: BulkHabit = MANY

    def __post_init__(self) -> None:
        owner = self.running.hub.policies["iothubowner"]
        policy = SharedAccessPolicy(self.running.host, "iothubowner", owner.key)
        self.client = IotHubClient(self.running.host, policy, 1, str(self.running.ca_file))
        self.registry = CountingRegistry(self.client, self.clock)
        self.place = self.worker()

    @property
    def target(self) -> IotHubBulkTarget:
        """The target as a worker has it that just began."""
        return IotHubBulkTarget(self.place, self.habit, strict=False)

    def accept(self, *lines: bytes) -> AttemptRef:
        """Lay out accepted lines, and start, as the app does."""
        ref = self.lay_out(*lines)
        self.target.start(ref)
        return ref

    def lay_out(self, *lines: bytes) -> AttemptRef:
        """Lay out accepted lines, as the app does before it starts."""
        work = Container(self.storage, "work").client
        work.upload_blob(f"{self.fresh}/devices.txt", a_file(*lines), overwrite=True)
        ref = AttemptRef(self.fresh, 1, len(lines))
        self.target.preflight(ref, {"create": len(lines)})
        self.target.prepare(ref)
        return ref

    def poll(self, ref: AttemptRef) -> Job:
        """Advance once."""
        job = self.target.advance(ref, job_id(ref), ())
        assert job
        return job

    def wait(self, seconds: float = POLL) -> None:
        """Let time pass, here and at the hub."""
        self.clock.move(seconds=seconds)
        self.running.hub.clock.advance(seconds)

    def finish(self, ref: AttemptRef, most: int = 100) -> float:
        """Poll until the job has ended; return how many seconds it took."""
        began = self.clock.monotonic()
        for _ in range(most):
            if self.poll(ref).status.is_final:
                return self.clock.monotonic() - began
            self.wait()
        message = f"not done after {most} polls"
        raise AssertionError(message)

    def said(self, ref: AttemptRef) -> list[LineError]:
        """Return what was said of lines."""
        with self.target.outcome(ref) as errors:
            assert errors
            return list(errors.rest())

    def worker(
        self, documents: BlobDocuments | None = None, registry: IotHubRegistry | None = None
    ) -> BulkPlace:
        """Return what a worker has, with something special in it if the test wants that."""
        documents = documents or BlobDocuments(Container(self.storage, self.fresh))
        return BulkPlace(
            registry=registry or self.registry,
            documents=documents,
            budget=HubBudget(documents, self.clock, self.running.host, self.rate),
            work=BlobWork(self.storage),
            clock=self.clock,
            patience=PATIENCE,
            device_limit=1_000_000,
        )


def devices(count: int, **members: Any) -> list[bytes]:
    """Return so many lines, of `d000` and its successors."""
    return [a_line(f"d{number:03}", **members) for number in range(count)]
