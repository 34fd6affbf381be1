"""One stack for all journeys: real processes, as fast as they can."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.servicebus import ServiceBusClient
from azure.storage.blob import BlobServiceClient

from emulators.stack import Pace, running
from tests.e2e.journey import Journey


PACE = Pace(job=4, poll=1, scan=0.3, patience=4)


@pytest.fixture(scope="session")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """A running stack; at its end every import must have had exactly one final message."""
    folder: Path = tmp_path_factory.mktemp("stack")
    log = (folder / "services.log").open("w")
    with log, running(folder, PACE, lambda *line: print(*line, file=log)) as stack:
        storage = BlobServiceClient.from_connection_string(stack.settings["DeviceFiles"])
        bus = ServiceBusClient.from_connection_string(stack.settings["Results"])
        with storage, bus, Journey(stack, storage, bus) as journey:
            yield journey
        results = [one for results in journey.results.values() for one in results]
        told = [one["importId"] for one in results if one["endedAt"]]
        assert len(told) == len(set(told)), "an import was told twice"
