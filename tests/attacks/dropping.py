"""The app on a storage of its own, into which blobs of any name are dropped by plain HTTP."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import (
    BlobServiceClient,
    ContainerSasPermissions,
    generate_container_sas,
)

from emulators.azurite import RunningAzurite
from emulators.azurite.server import ACCOUNT_KEY, ACCOUNT_NAME
from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.blob_files import BlobDeviceFiles, BlobWork
from shared.adapters.blob_records import BlobRecords, BlobSlots
from shared.adapters.exchange import Exchange
from shared.adapters.kept_runs import KeptRuns
from shared.adapters.storage import CLIENT_OPTIONS, Container
from shared.adapters.system_clock import SystemClock
from tests.builders import a_file, a_line
from tests.fakes.files import FakeWork
from tests.fakes.hub import FakeHub
from tests.fakes.results import FakeResults


DEVICE_FILES: Final = "device-files"
_CHANGES: Final = frozenset({"PUT", "POST", "DELETE", "PATCH"})


class WatchedTransport(RequestsTransport):  # type: ignore[misc]  # loaded lazily, mypy sees none
    """Notes the path of each call that changes something, as it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.changed: list[str] = []

    def send(self, request: Any, **options: Any) -> Any:
        """Send a request."""
        if request.method in _CHANGES:
            self.changed.append(urlsplit(request.url).path.removeprefix(f"/{ACCOUNT_NAME}/"))
        return super().send(request, **options)


@dataclass
class WatchedApp:
    """The `Ports` on real storage; the hub and the queue of results are in memory."""

    service: BlobServiceClient
    transport: WatchedTransport
    clock: SystemClock = field(default_factory=SystemClock)
    results: FakeResults = field(default_factory=FakeResults)

    def __post_init__(self) -> None:
        """Wire the adapters as the app does."""
        documents = BlobDocuments(Container(self.service, "state"))
        self.files = BlobDeviceFiles(self.service)
        self.work = BlobWork(self.service)
        self.records = BlobRecords(documents)
        self.slots = BlobSlots(documents, self.clock)
        self.targets = {"factory-a": FakeHub(FakeWork())}
        self.exchange = Exchange(self.service, self.service, self.clock)
        self.runs = KeptRuns(documents)


@contextmanager
def watched_app(azurite: RunningAzurite) -> Iterator[WatchedApp]:
    """Open the app; its containers are there already."""
    transport = WatchedTransport()
    with BlobServiceClient.from_connection_string(
        azurite.connection_string, transport=transport, **CLIENT_OPTIONS | {"retry_total": 0}
    ) as service:
        for name in (DEVICE_FILES, "state", "work", "reports"):
            service.create_container(name)
        yield WatchedApp(service, transport)


def drop(azurite: RunningAzurite, name: str) -> int:
    """Drop a good file that asks for no more than to be looked at; return the status.

    No client of Microsoft's is used: they would follow dots in the name before they send it.
    """
    access = generate_container_sas(
        ACCOUNT_NAME,
        DEVICE_FILES,
        account_key=ACCOUNT_KEY,
        permission=ContainerSasPermissions(write=True, create=True),
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )
    endpoint = urlsplit(azurite.blob_endpoint)
    connection = http.client.HTTPConnection(endpoint.netloc)
    headers = {"x-ms-blob-type": "BlockBlob", "x-ms-meta-dryrun": "true"}
    path = f"{endpoint.path}/{DEVICE_FILES}/{quote(name, safe='/')}?{access}"
    connection.request("PUT", path, a_file(a_line(), b"rubbish"), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status
