"""An Azurite with many accounts, and a bus: what lanes have in common."""

from collections.abc import Iterator

import pytest

from emulators.azurite import RunningAzurite, serve
from emulators.azurite.server import ACCOUNT_KEY
from emulators.service_bus.config import DEFAULT_FILE, load
from emulators.service_bus.server import RunningBus
from emulators.service_bus.server import serve as serve_bus
from tests.kills.lane import ACCOUNTS


@pytest.fixture(scope="package")
def accounts() -> Iterator[RunningAzurite]:
    """An Azurite with an account for each lane, all with the key that every Azurite knows."""
    with pytest.MonkeyPatch.context() as environment:
        known = ";".join(f"{account}:{ACCOUNT_KEY}" for account in ACCOUNTS)
        environment.setenv("AZURITE_ACCOUNTS", known)
        with serve() as running:
            yield running


@pytest.fixture(scope="package")
def bus() -> Iterator[RunningBus]:
    """A bus with the queue of results, which drops repeats."""
    with serve_bus(load(DEFAULT_FILE)) as running:
        yield running
