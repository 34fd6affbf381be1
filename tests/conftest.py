"""Settings of all tests, and the one Azurite that they share."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from emulators.azurite import RunningAzurite, serve
from shared import outages


# The same examples everywhere, and no clock: a slow machine is no bug.
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def everything_is_said() -> None:
    """No test before this one keeps the log quiet."""
    outages.log.filters.clear()


@pytest.fixture(scope="session")
def azurite() -> Iterator[RunningAzurite]:
    """One Azurite for all tests; each uses containers and queues of its own."""
    with serve() as running:
        yield running
