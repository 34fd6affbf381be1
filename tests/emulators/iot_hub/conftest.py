from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulators.azurite import RunningAzurite
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.registry import Registry
from emulators.iot_hub.server import RunningHub, serve
from tests.emulators.iot_hub.client import HubClient, bearer_token
from tests.emulators.iot_hub.exchange import Exchange
from tests.emulators.iot_hub.sdk import Sdk


@pytest.fixture
def exchange(azurite: RunningAzurite) -> Iterator[Exchange]:
    """An input and an output container, with signatures for the hub."""
    with Exchange(azurite.connection_string) as made:
        yield made


@pytest.fixture(scope="session")
def one_server() -> Iterator[RunningHub]:
    with serve(Hub()) as running:
        yield running


@pytest.fixture
def running(one_server: RunningHub) -> RunningHub:
    """A hub at the default pace, as new."""
    one_server.hub.reset()
    return one_server


@pytest.fixture
def call(running: RunningHub) -> Iterator[HubClient]:
    """A client of that hub with all rights."""
    with HubClient(running) as client:
        yield client


@pytest.fixture
def bearer(running: RunningHub) -> Iterator[HubClient]:
    """A client of that hub that comes with a token instead of a signature."""
    with HubClient(running, authorization=bearer_token()) as client:
        yield client


@pytest.fixture
def sdk(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path | str, str], Sdk]:
    """Connects Microsoft's SDK to a hub, given its certificate and its connection string."""

    def connect(ca_file: Path | str, connection_string: str) -> Sdk:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca_file))
        return Sdk(connection_string)

    return connect


@pytest.fixture
def registry() -> Iterator[Registry]:
    """An empty registry without a server."""
    made = Registry()
    yield made
    made.close()
