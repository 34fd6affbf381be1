"""What people and subscribers do, and what a look behind the scenes shows."""

import itertools
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, Self

import requests
from azure.core.exceptions import ResourceNotFoundError
from azure.servicebus import ServiceBusClient
from azure.storage.blob import BlobServiceClient, ContainerClient

from emulators.stack import RunningStack
from shared.adapters.iot_hub_client import API_VERSION, shared_access_signature
from tests.emulators.graph.client import COLLECTION, READ_WRITE, token
from tests.waiting import until


_NUMBERS = itertools.count(1)


@dataclass
class Hub:
    """One hub of the stack, called as its owner."""

    base_url: str
    host: str
    key: str
    ca_file: str

    def __call__(self, verb: str, path: str, body: Any = None) -> Any:
        """Call the hub's REST API."""
        token = shared_access_signature(self.host, "iothubowner", self.key, int(time.time()) + 60)
        answer = requests.request(
            verb,
            f"{self.base_url}{path}{'&' if '?' in path else '?'}api-version={API_VERSION}",
            json=body,
            headers={"Authorization": token},
            verify=self.ca_file,
            timeout=10,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def devices(self, prefix: str) -> set[str]:
        """Return the ids of the devices that begin so."""
        ids = (device["deviceId"] for device in self("GET", "/devices?top=1000"))
        return {device_id for device_id in ids if device_id.startswith(prefix)}

    def job_times(self, job_id: str) -> tuple[str, str]:
        """Return start and end of a job; as text they compare like times."""
        job = self("GET", f"/jobs/{job_id}")
        return job["startTimeUtc"], job["endTimeUtc"]

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Let no job of the hub end while the block lasts."""
        self("POST", "/_emulator/jobs", {"held": True})
        try:
            yield
        finally:
            self("POST", "/_emulator/jobs", {"held": False})

    def posts(self) -> int:
        """Return how many calls asked for a job, since the stack was started."""
        return int(self("GET", "/_emulator/calls").get("POST /jobs/create", 0))

    def break_next_start(self, action: str) -> None:
        """Let the next call for a job have its effect, and lose the answer."""
        fault = {"operation": "POST /jobs/create", "when": "after", "action": action}
        self("POST", "/_emulator/faults", fault)


@dataclass
class Journey:
    """A running stack, with people around it."""

    stack: RunningStack
    storage: BlobServiceClient
    bus: ServiceBusClient
    #: All messages by the blob's name, in the order they came.
    results: dict[str, list[Mapping[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    _over: Event = field(default_factory=Event)

    def __enter__(self) -> Self:
        """Subscribe."""
        self._subscriber = Thread(target=self._subscribe)
        self._subscriber.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Unsubscribe."""
        self._over.set()
        self._subscriber.join()

    def _subscribe(self) -> None:
        with self.bus.get_queue_receiver("import-results", max_wait_time=1) as receiver:
            while not self._over.is_set():
                for message in receiver:
                    event = json.loads(str(message))
                    assert message.message_id == event["id"]
                    self.results[event["data"]["file"]["name"]].append(event["data"])
                    receiver.complete_message(message)

    def drop(self, content: bytes, target: str = "factory-a", name: str = "") -> str:
        """Drop a file; return its name."""
        name = name or f"{target}/file-{next(_NUMBERS)}.txt"
        self.container("device-files").upload_blob(name, content, overwrite=True)
        return name

    def result(self, name: str, number: int = 1) -> Mapping[str, Any]:
        """Wait for the message about a file, or for its n-th."""
        until(lambda: len(self.results[name]) >= number, f"message {number} about {name}")
        return self.results[name][number - 1]

    def state(self, name: str) -> str:
        """Return the state of a file's active import."""
        states = (record["state"] for record in self.records() if record["source"]["name"] == name)
        return next(states, "")

    def records(self) -> Iterator[Mapping[str, Any]]:
        """Yield the active records, but for those that are put away meanwhile."""
        state = self.container("state")
        for name in list(state.list_blob_names(name_starts_with="active/")):
            with suppress(ResourceNotFoundError):
                yield json.loads(state.download_blob(name).readall())

    def report(self, result: Mapping[str, Any], file: str = "report.ndjson") -> list[Any]:
        """Return the lines of a report, from where the message says that it is."""
        (address,) = (one for one in result["reports"].values() if one.endswith(f"/{file}"))
        container, import_id, name = address.rsplit("/", 3)[1:]
        text = self.container(container).download_blob(f"{import_id}/{name}").readall()
        return [json.loads(line) for line in text.splitlines()]

    def hub(self, alias: str = "factory-a") -> Hub:
        """Return one of the hubs."""
        said = self.stack.hubs[alias]
        key = said["connection_string"].partition("SharedAccessKey=")[2]
        return Hub(said["base_url"], said["host"], key, self.stack.settings["HUB_CA_FILE"])

    def graph(self, verb: str, path: str, body: Any = None) -> Any:
        """Call Graph as somebody with all rights."""
        answer = requests.request(
            verb,
            f"{self.stack.graph}{path}",
            json=body,
            headers={"Authorization": token(READ_WRITE)},
            verify=self.stack.settings["HUB_CA_FILE"],
            timeout=10,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def identities(self, prefix: str) -> dict[str, str | None]:
        """Return the details of the corporate identifiers that begin so, as Intune spells them."""
        found = self.graph("GET", f"{COLLECTION}?$top=1000")["value"]
        named = {one["importedDeviceIdentifier"]: one["description"] for one in found}
        return {name: details for name, details in named.items() if name.startswith(prefix)}

    def bus_statistics(self) -> Mapping[str, int]:
        """Return what the result queue has seen."""
        statistics: Mapping[str, int] = requests.get(
            f"{self.stack.bus_control}/entities/import-results", timeout=10
        ).json()
        return statistics

    def tell_bus(self, what: str) -> None:
        """Order a fault of the result queue, or its end."""
        address = f"{self.stack.bus_control}/entities/import-results/{what}"
        requests.post(address, timeout=10).raise_for_status()

    def container(self, name: str) -> ContainerClient:
        """Return one of the app's containers."""
        return self.storage.get_container_client(name)
