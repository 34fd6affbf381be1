"""A hub, a storage account and workers of its own: lanes run side by side and never meet."""

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from azure.servicebus import ServiceBusClient
from azure.storage.blob import BlobServiceClient

from emulators.azurite import RunningAzurite
from emulators.azurite.server import ACCOUNT_NAME
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.server import RunningHub, serve
from emulators.service_bus.server import RunningBus
from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.blob_records import BlobRecords, BlobSlots
from shared.adapters.storage import CLIENT_OPTIONS, Container
from shared.adapters.system_clock import SystemClock
from shared.azure_ports import AzurePorts
from shared.domain.import_record import ImportRecord
from shared.domain.lifecycle import State
from tests.kills.workers import NEVER, Kill, Workers


#: Seconds without an answer after which a start counts as stopped. Far less than a request may
#: take on a busy machine would be too little; the workers' clocks are put ahead by it.
PATIENCE = 60
#: Polls within which an import must have recovered.
POLLS = 3
ALIAS = "hub"
#: Storage accounts that lanes may have.
ACCOUNTS = (
    *(f"{kind}{number}" for kind in ("iothub", "iothubbulk") for number in range(4)),
    *("answers", "outages", "threads", "processes"),
)
RESULTS = "import-results"


@dataclass
class Lane:
    """One hub with everything around it, and what people do there."""

    running: RunningHub
    storage: BlobServiceClient
    workers: Workers
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        """Look at what the workers leave behind, with adapters of the app."""
        documents = BlobDocuments(Container(self.storage, "state"))
        self.records = BlobRecords(documents)
        self.slots = BlobSlots(documents, SystemClock())
        self._state = Container(self.storage, "state")
        self.files = Container(self.storage, "device-files")

    @property
    def hub(self) -> Hub:
        """The hub behind its socket."""
        return self.running.hub

    def drop(self, content: bytes) -> str:
        """Drop a file; return its name."""
        name = f"{ALIAS}/{next(self._numbers)}.txt"
        self.files.client.upload_blob(name, content)
        return name

    def validate(self, name: str, kill: Kill = NEVER) -> str:
        """Tell a worker of a file; if it is killed, tell another one, as the host does.

        Return the ticket.
        """
        run = self.workers.run("validate", name, kill)
        return str(self.workers.run("validate", name).value if run.killed else run.value)

    def start(self, ticket: str, kill: Kill = NEVER) -> None:
        """Deliver a ticket to a worker, and let the hub finish what it was asked for."""
        self.workers.run("start", ticket, kill)
        self.hub.jobs.settle()

    def poll(self, kill: Kill = NEVER) -> None:
        """Let a worker poll, and deliver the tickets that come of it."""
        for ticket in self.workers.run("poll", "", kill).value or ():
            self.start(ticket)

    def wait(self, seconds: float = PATIENCE + 1) -> None:
        """Put the clocks of workers ahead, until a recovery is due."""
        self.workers.ahead += seconds

    def poll_until(self, states: frozenset[State | None], import_id: str) -> int:
        """Poll until an import is in one of the states; return how many polls that took.

        None stands for an import that is archived.
        """
        for polls in range(POLLS + 1):
            record = self.records.get(import_id)
            if (record and record.state) in states:
                return polls
            self.poll()
            self.wait(PATIENCE / 3 + 1)
        message = f"{import_id} has not recovered within {POLLS} polls"
        raise AssertionError(message)

    def archived(self, import_id: str) -> ImportRecord:
        """Return the record of an import that has been put away."""
        (name,) = (
            name
            for name in self._state.client.list_blob_names(name_starts_with="done/")
            if import_id in name
        )
        body = json.loads(self._state.client.download_blob(name).readall())
        return ImportRecord.model_validate(body)

    def left_over(self) -> list[str]:
        """Name whatever should be gone when all imports have ended."""
        containers = self.storage.list_containers(name_starts_with="imp-")
        slot = self.slots.holder(self.running.host)
        return [
            *(one.id for one in self.records.active()),
            *(str(one.name) for one in containers),
            *([slot.import_id] if slot else []),
        ]

    def devices(self) -> set[str]:
        """Return the ids of the hub's devices."""
        return {one.device_id for one in self.hub.registry}

    def begin(self) -> None:
        """Make the hub forget devices and counts, and the workers' clocks go right again."""
        self.hub.registry.clear()
        self.hub.calls.clear()
        self.workers.ahead = 0


@contextmanager
def lane(azurite: RunningAzurite, bus: RunningBus, account: str, kind: str) -> Iterator[Lane]:
    """Open a lane.

    Args:
        azurite: One that has the account.
        bus: Where results go.
        account: The storage account of this lane.
        kind: How the target is reached.
    """
    connection = connection_to(azurite, account)
    storage = BlobServiceClient.from_connection_string(connection, **CLIENT_OPTIONS)
    with (
        storage,
        serve(Hub(account)) as running,
        Workers(app_settings(connection, bus, running, kind)) as workers,
    ):
        yield Lane(running, storage, workers)


def hang_up(ports: AzurePorts) -> None:
    """Close the one connection of an app that does not close by itself: that to the bus."""
    if results := vars(ports).get("results"):
        vars(results)["_client"].close()


def connection_to(azurite: RunningAzurite, account: str) -> str:
    """Return the connection string of one of the accounts."""
    return azurite.connection_string.replace(ACCOUNT_NAME, account)


def app_settings(
    storage: str, bus: RunningBus, hub: RunningHub, kind: str = "iot_hub", **more: str
) -> Mapping[str, str]:
    """Return the settings of an app with one target."""
    target = {"kind": kind, "connection": "TheHub"}
    if kind != "iot_hub":
        target |= {"tier": "S3"}
    return {
        "DeviceFiles": storage,
        "Results": bus.connection_string,
        "IMPORT_TARGETS": json.dumps({ALIAS: target}),
        "TheHub": hub.connection_string,
        "HUB_CA_FILE": str(hub.ca_file),
        "ALLOW_LOCAL_HUBS": "true",
        "DEFAULT_TARGET": ALIAS,
        "START_PATIENCE_SECONDS": str(PATIENCE),
        **more,
    }


def told(bus: RunningBus) -> Counter[str]:
    """Take the messages off the queue; count those that tell of an import's end."""
    ends: Counter[str] = Counter()
    with (
        ServiceBusClient.from_connection_string(bus.connection_string) as client,
        client.get_queue_receiver(RESULTS, max_wait_time=1) as receiver,
    ):
        for message in receiver:
            data = json.loads(str(message))["data"]
            ends[data["importId"]] += data["endedAt"] is not None
            receiver.complete_message(message)
    return ends
