"""Each port as a fake and on the emulators; the suites here say nothing of either."""

import itertools
from collections.abc import Iterator

import pytest
from azure.storage.blob import BlobServiceClient

from emulators.azurite import RunningAzurite
from emulators.graph.server import RunningGraph, serve
from emulators.graph.tenant import Tenant
from emulators.iot_hub.arm.server import RunningManagement
from emulators.iot_hub.server import RunningHub
from emulators.iot_hub.tier import Tier
from shared.adapters.storage import CLIENT_OPTIONS
from tests.bulk_calls import BulkCalls, standing_hub
from tests.contract.targets import Service, one_hub


_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def storage(azurite: RunningAzurite) -> Iterator[BlobServiceClient]:
    """A client as the app makes it."""
    connection = azurite.connection_string
    with BlobServiceClient.from_connection_string(connection, **CLIENT_OPTIONS) as client:
        yield client


@pytest.fixture(scope="session")
def running_graph() -> Iterator[RunningGraph]:
    """One tenant of Intune; a scene makes it as new."""
    with serve(Tenant()) as running:
        yield running


@pytest.fixture
def fresh() -> str:
    """A container name that no other test uses."""
    return f"contract-{next(_NUMBERS)}"


@pytest.fixture(scope="session")
def running() -> Iterator[RunningManagement]:
    """A hub and its management."""
    with one_hub() as running:
        yield running


@pytest.fixture
def service(running: RunningManagement, storage: BlobServiceClient) -> Service:
    """The hub as new."""
    return Service(running, storage)


@pytest.fixture(scope="session")
def throttled_hub() -> Iterator[RunningHub]:
    """A hub of one unit of S1."""
    with standing_hub(Tier.S1) as running:
        yield running


@pytest.fixture
def calls(
    throttled_hub: RunningHub, storage: BlobServiceClient, fresh: str
) -> Iterator[BulkCalls]:
    """That hub as new, and an app that imports into it by calls."""
    throttled_hub.hub.reset()
    yield BulkCalls(throttled_hub, storage, fresh)
    throttled_hub.hub.reset()
