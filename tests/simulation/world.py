"""The whole app, from its functions down to its adapters, over services in memory."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from io import BytesIO
from itertools import count
from sqlite3 import Connection, connect
from types import SimpleNamespace
from typing import Any, Final, Protocol, Self
from urllib.parse import urlsplit

from azure.core.pipeline.policies import SansIOHTTPPolicy

from shared.adapters import access_check, blob_files, blob_writing, exchange, line_errors, rest
from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.blob_files import BlobDeviceFiles, BlobWork
from shared.adapters.blob_records import BlobRecords, BlobSlots
from shared.adapters.bulk_run import BulkPlace
from shared.adapters.exchange import Exchange
from shared.adapters.hub_budget import HubBudget
from shared.adapters.iot_hub import IotHubTarget
from shared.adapters.iot_hub_bulk import MANY, ONE, IotHubBulkTarget
from shared.adapters.iot_hub_client import IotHubClient
from shared.adapters.iot_hub_registry import IotHubRegistry
from shared.adapters.iot_hub_ways import IotHubWays
from shared.adapters.kept_runs import KeptRuns
from shared.adapters.service_bus import ServiceBusResults
from shared.adapters.storage import Container
from shared.adapters.storage_clock import StorageClock
from shared.domain import repeated_keys
from shared.domain.errors import Conflict
from shared.ports import (
    Clock,
    DeviceFiles,
    MadeForAttempts,
    Records,
    Results,
    Slots,
    Target,
    Work,
)
from shared.use_cases import validate_device_file
from tests.simulation.bus import FakeServiceBus
from tests.simulation.hub import FakeIotHub, FakePipeline
from tests.simulation.network import Network
from tests.simulation.storage import SIGNATURE, Account, Blob, FakeBlobService, FakeContainer


BEGIN: Final = datetime(2026, 3, 2, 6, tzinfo=UTC)
PATIENCE: Final = timedelta(minutes=3)
CONTAINER: Final = "device-files"
#: Devices that a hub takes.
ROOM: Final = 1_000_000
#: A key of a device; it must leave only for the places where keys must be.
DEVICE_KEY: Final = "Q2FuYXJ5T2ZBRGV2aWNlS2V5Q2FuYXJ5T2ZBRGV2aWNl"


#: What costs most of a run and is not what it is about: a scratch file, a database on disk, and
#: hashes that are dealt out for files of millions of lines.
CHEAPER: Final = (
    (blob_files, "tempfile", SimpleNamespace(TemporaryFile=BytesIO)),
    (
        line_errors,
        "sqlite3",
        SimpleNamespace(
            connect=lambda _, **how: connect(":memory:", **how), Connection=Connection
        ),
    ),
    (repeated_keys, "PARTS", 1),
    (repeated_keys, "_MASK", 0),
)


class Way(Enum):
    """How lines get to a hub."""

    JOBS = "by import jobs"
    CALLS = "by bulk calls"
    BOTH = "by jobs, and singly if the hub had no room"


class Actor(Protocol):
    """Who writes documents."""

    number: int
    #: Documents that it has begun to write.
    writes: int


@dataclass(frozen=True)
class MachineClock:
    """The clock of one machine, which may be wrong."""

    time: Callable[[], float]
    skew: float = 0.0

    def now(self) -> datetime:
        """Return what the machine takes for the time."""
        return BEGIN + timedelta(seconds=self.time() + self.skew)

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return self.time()


@dataclass(frozen=True)
class Instance:
    """The `Ports` of one process."""

    clock: Clock
    files: DeviceFiles
    work: Work
    records: Records
    slots: Slots
    targets: Mapping[str, Target]
    results: Results
    exchange: MadeForAttempts
    runs: MadeForAttempts
    bus: Any

    def invocation(self) -> "Instance":
        """Return the same with a sender of its own: one sender serves one call at a time."""
        return replace(self, results=ServiceBusResults(self.bus, "import-results"))


class World:
    """Services that keep state, and the time.

    Args:
        hosts: Hubs by the aliases of targets; one if left out.
        has_key: Whether the app signs by the key of the account.
        way: How lines get to the hubs.
        rate: How many lines a minute go by calls.
    """

    def __init__(
        self,
        hosts: Mapping[str, str] | None = None,
        *,
        has_key: bool = True,
        way: Way = Way.JOBS,
        rate: int = 100,
    ) -> None:
        self.seconds = 0.0
        self.network = Network()
        self.state = self._account("devices", has_key=has_key)
        self.exchange = self._account("exchange", has_key=has_key)
        peers = {urlsplit(one.url).netloc: one for one in (self.state, self.exchange)}
        self.state.peers = self.exchange.peers = peers
        self.state.containers[CONTAINER] = {}
        self.bus: Any = FakeServiceBus(self.network)
        self.aliases = hosts or {"factory-a": "hub-a.azure-devices.net"}
        self.way = way
        self.rate = rate
        self.hubs = {host: self._hub(host) for host in self.aliases.values()}
        self._later: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()
        #: Told of a document whose writer was told that it lost.
        self.refused: Callable[[str], None] = lambda _path: None
        #: Whose turn it is, if not the world's own.
        self.actor: Callable[[], Actor] = lambda: self
        self.writes = 0
        self.number = -1
        self.state.author = self.author

    def time(self) -> float:
        """Return the seconds that have gone by."""
        return self.seconds

    def now(self) -> datetime:
        """Return the true time."""
        return BEGIN + timedelta(seconds=self.seconds)

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        """Have something done after some seconds."""
        self._later.append((self.seconds + seconds, next(self._order), action))

    def pass_time(self, seconds: float) -> None:
        """Let time go by, and what is due happen in its order."""
        end = self.seconds + seconds
        while due := min((one for one in self._later if one[0] <= end), default=None):
            self._later.remove(due)
            self.seconds = max(self.seconds, due[0])
            due[2]()
        self.seconds = end

    def drop(self, name: str, content: bytes) -> Blob:
        """Drop a file, or another version of it."""
        return self.state.put(CONTAINER, name, content)

    def instance(self, skew: float = 0.0) -> Instance:
        """Start a process whose clock is wrong by some seconds."""
        clock = StorageClock(MachineClock(self.time, skew))
        # A clock that is right learns nothing from an answer, and most seeds have only such.
        state: Any = FakeBlobService(self.state, clock.hear if skew else None)
        exchanged: Any = FakeBlobService(self.exchange)
        documents = _Documents(Container(state, "state"), self)
        containers = Exchange(exchanged, state, clock)
        work = BlobWork(state)

        def target(host: str) -> Target:
            client = IotHubClient(host, SansIOHTTPPolicy(), 30)
            budget = HubBudget(documents, clock, host, self.rate)
            registry = IotHubRegistry(client)
            place = BulkPlace(registry, documents, budget, work, clock, PATIENCE, ROOM)
            jobs = IotHubTarget(client, containers, strict=False)
            calls = IotHubBulkTarget(place, MANY, strict=False)
            again = IotHubBulkTarget(place, ONE, strict=False)
            both = IotHubWays(jobs, calls, again, 0)
            ways: Mapping[Way, Target] = {Way.JOBS: jobs, Way.CALLS: calls, Way.BOTH: both}
            return ways[self.way]

        return Instance(
            clock=clock,
            files=BlobDeviceFiles(state),
            work=work,
            records=BlobRecords(documents),
            slots=BlobSlots(documents, clock),
            targets={alias: target(host) for alias, host in self.aliases.items()},
            results=ServiceBusResults(self.bus, "import-results"),
            exchange=containers,
            runs=KeptRuns(documents),
            bus=self.bus,
        )

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Put the services in the place of the real ones."""
        with ExitStack() as stack:
            for module, name, fake in (
                (rest, "PipelineClient", lambda url, **_: FakePipeline(self._hub_at(url))),
                (access_check, "ContainerClient", _SignedContainers(self.exchange)),
                (blob_files, "read_ahead", lambda ranges: ranges),
                (blob_writing, "ThreadPoolExecutor", AtOnce),
                (validate_device_file, "uuid4", self._next_name),
                *CHEAPER,
                (exchange, "generate_container_sas", lambda *_, **__: SIGNATURE),
                (exchange, "generate_blob_sas", lambda *_, **__: SIGNATURE),
            ):
                stack.callback(setattr, module, name, getattr(module, name))
                setattr(module, name, fake)
            yield

    def _next_name(self) -> SimpleNamespace:
        return SimpleNamespace(hex=f"{next(self._order):032x}")

    def author(self) -> object:
        """Return which write of whom this is."""
        actor = self.actor()
        return actor.number, actor.writes

    def _account(self, name: str, *, has_key: bool) -> Account:
        return Account(name, self.network, self.now, has_key=has_key)

    def _hub(self, host: str) -> FakeIotHub:
        return FakeIotHub(host, self.network, self.time, self.exchange.peers, self.later)

    def _hub_at(self, url: str) -> FakeIotHub:
        return self.hubs[urlsplit(url).netloc]


class AtOnce:
    """`ThreadPoolExecutor` without a thread, so that calls come in the same order each time."""

    def __init__(self, *_: object) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, call: Callable[..., None], *args: Any) -> "Future[None]":
        """Make a call; keep what it raises."""
        future: Future[None] = Future()
        try:
            call(*args)
        except BaseException as error:  # noqa: BLE001 - as the executor does
            future.set_exception(error)
        else:
            future.set_result(None)
        return future


class _Documents(BlobDocuments):
    """`BlobDocuments` that tell of writers who were told that they lost."""

    def __init__(self, container: Container, world: World) -> None:
        super().__init__(container)
        self._world = world

    def _write(self, name: str, path: str, *args: Any, **conditions: Any) -> str:
        self._world.actor().writes += 1
        try:
            return super()._write(name, path, *args, **conditions)
        except Conflict:
            self._world.refused(path)
            raise


class _SignedContainers:
    """`ContainerClient`, made of an address."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def from_container_url(self, address: str, **_: Any) -> FakeContainer:
        """Return the container that an address is of."""
        return FakeContainer(FakeBlobService(self._account), urlsplit(address).path.strip("/"))
