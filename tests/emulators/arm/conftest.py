from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event

import pytest

from emulators.azurite import RunningAzurite
from emulators.iot_hub.arm.server import RunningManagement, serve
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.pace import Pace
from tests.emulators.arm.client import ArmClient
from tests.emulators.iot_hub.exchange import Exchange


@pytest.fixture
def exchange(azurite: RunningAzurite) -> Iterator[Exchange]:
    """An input and an output container, with signatures for the hub."""
    with Exchange(azurite.connection_string) as made:
        yield made


@pytest.fixture(scope="session")
def one_plane() -> Iterator[RunningManagement]:
    with serve(Hub("east"), Hub("West")) as running:
        yield running


@pytest.fixture
def running(one_plane: RunningManagement) -> RunningManagement:
    """Two hubs and their management, as new."""
    one_plane.management.reset()
    for each in one_plane.hubs.values():
        each.hub.reset()
    return one_plane


@pytest.fixture
def call(running: RunningManagement) -> Iterator[ArmClient]:
    """A client that speaks the current version."""
    with ArmClient(running) as client:
        yield client


@pytest.fixture
def call_2016(running: RunningManagement) -> Iterator[ArmClient]:
    """A client that speaks 2016-02-03."""
    with ArmClient(running, api_version="2016-02-03") as client:
        yield client


@dataclass(frozen=True, slots=True)
class Held(Pace):
    """Jobs stay enqueued until the test lets them go."""

    may_go: Event = field(default_factory=Event)

    def hold_enqueued(self, _stopped):
        self.may_go.wait(60)


@pytest.fixture
def held() -> Iterator[tuple[RunningManagement, Event]]:
    """A plane whose one hub, east, holds its jobs, and the event that lets them go."""
    pace = Held()
    with serve(Hub("east", pace=pace)) as running:
        try:
            yield running, pace.may_go
        finally:
            pace.may_go.set()
