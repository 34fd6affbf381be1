"""Storage, a hub or the bus is away for ten minutes, or comes and goes: nothing is lost.

The app is the real one at real services, and its clock moves from poll to poll. Calls fail in two
ways: on order and at once, so that there is time for forty polls; and because a port is closed.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from urllib.parse import urlsplit

import pytest
from azure.core.exceptions import ServiceRequestError
from azure.servicebus.exceptions import ServiceBusConnectionError
from azure.storage.blob import BlobServiceClient

from emulators.azurite import RunningAzurite
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.server import RunningHub, serve
from emulators.service_bus.server import RunningBus
from shared import outages
from shared.adapters.storage import CLIENT_OPTIONS, Container
from shared.azure_ports import AzurePorts
from shared.failpoints import watched_by
from shared.settings import Settings
from tests.kills.app import POLL, App, Lines, MovedClock
from tests.kills.lane import ALIAS, app_settings, connection_to, hang_up, told
from tests.kills.port import Port, in_front_of


#: Seconds for which a service is away.
AWAY = 600
#: Polls after its return within which everything has ended.
DRAINED = 5
#: Seconds between two lines about the same service.
SILENCE = 60
#: How the calls to each service begin, and how they fail.
SERVICES: dict[str, tuple[str, Exception]] = {
    "hub": ("service.", ServiceRequestError("nobody answers")),
    "service bus": ("result.", ServiceBusConnectionError(message="nobody answers")),
    "storage": ("", ServiceRequestError("nobody answers")),
}
_CHANCE = Random(20261127)  # noqa: S311 - not for secrets
STRIKES: dict[str, Callable[[], bool]] = {
    "away": lambda: True,
    "flapping": lambda: _CHANCE.random() < 1 / 2,
}


@dataclass
class Outage:
    """The watch that lets calls to one service fail."""

    service: str
    #: Tells for each call whether it fails.
    strikes: Callable[[], bool]
    failed: int = 0

    @contextmanager
    def __call__(self, name: str, _: str) -> Iterator[None]:
        """Stand around a call."""
        of = next(one for one, (prefix, _) in SERVICES.items() if name.startswith(prefix))
        if of == self.service and self.strikes():
            self.failed += 1
            raise SERVICES[of][1]
        yield


@pytest.fixture(scope="module")
def running() -> Iterator[RunningHub]:
    with serve(Hub("away")) as running:
        yield running


@pytest.fixture
def ports(
    accounts: RunningAzurite, bus: RunningBus, running: RunningHub
) -> Iterator[Mapping[str, Port]]:
    """A port in front of each service."""
    numbers = {
        "hub": running.port,
        "service bus": bus.port,
        "storage": urlsplit(accounts.blob_endpoint).port or 0,
    }
    with ExitStack() as opened:
        yield {name: opened.enter_context(in_front_of(number)) for name, number in numbers.items()}


@pytest.fixture
def app(
    accounts: RunningAzurite,
    bus: RunningBus,
    running: RunningHub,
    ports: Mapping[str, Port],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[App]:
    """An app that reaches all services through the ports, and a hub as new."""
    running.hub.reset()
    told(bus)
    connection = connection_to(accounts, "outages")
    settings = app_settings(connection, bus, running)
    numbers = {f":{running.port}": "hub", f":{bus.port}": "service bus"}
    numbers[f":{urlsplit(accounts.blob_endpoint).port}"] = "storage"
    for number, name in numbers.items():
        settings = {
            key: value.replace(number, f":{ports[name].number}") for key, value in settings.items()
        }
    clock = MovedClock()
    monkeypatch.setattr(outages.log, "filters", [])
    outages.keep_quiet(clock.monotonic)
    # The SDK's waits between two tries would only make the test long.
    for wait in ("initial_backoff", "increment_base", "random_jitter_range"):
        monkeypatch.setitem(CLIENT_OPTIONS, wait, 0)
    read = Settings.from_environ(settings)
    azure = AzurePorts(read)
    vars(azure)["clock"] = clock
    with BlobServiceClient.from_connection_string(connection) as storage:
        yield App(azure, read, clock, Container(storage, "device-files"), running.hub)
    hang_up(azure)


@pytest.fixture
def lines(app: App) -> Iterator[Lines]:
    """All that any logger warns of."""
    lines = Lines(app.clock)
    logging.getLogger().addHandler(lines)
    yield lines
    logging.getLogger().removeHandler(lines)


def check(app: App, bus: RunningBus, names: set[str]) -> None:
    """See that every import has ended, and that its subscribers were told once."""
    assert list(app.ports.records.active()) == []
    assert {one.device_id for one in app.hub.registry} == names
    assert list(told(bus).values()) == [1] * len(names)


def check_log(app: App, lines: Lines, service: str) -> None:
    """See that the log told of this service and no other, at most once a minute."""
    name = app.ports.targets[ALIAS].slot if service == "hub" else service
    assert set(lines.away) == {name}
    times = lines.away[name]
    assert all(after - before >= SILENCE for before, after in pairwise(times))
    assert not {one for one in lines.others if one.startswith("azure")}


@pytest.mark.parametrize("how", STRIKES)
@pytest.mark.parametrize("service", SERVICES)
def test_an_outage_loses_nothing_and_does_not_fill_the_log(
    app: App, lines: Lines, bus: RunningBus, service: str, how: str
):
    """One import runs, one waits, one is dropped meanwhile; soon after it all have ended."""
    runs, waits, comes = names = [f"{service[:3]}-{how}-{n}" for n in ("runs", "waits", "comes")]
    app.drop(runs)
    app.tick()
    app.drop(waits)
    outage = Outage(service, STRIKES[how])
    with watched_by(outage):
        for poll in range(AWAY // POLL):
            if poll == 1:
                app.drop(comes)
            app.tick()
    assert outage.failed
    if how == "flapping":
        # A start whose answer got lost at the last moment is looked after when its time is up.
        app.clock.ahead += app.settings.start_patience.total_seconds()
    for _ in range(DRAINED):
        app.tick()
    check(app, bus, set(names))
    check_log(app, lines, service)


@pytest.mark.parametrize("service", SERVICES)
def test_a_closed_port_is_such_an_outage(
    app: App, lines: Lines, bus: RunningBus, ports: Mapping[str, Port], service: str
):
    """The clients find nobody, their connections are cut, and they find back by themselves."""
    runs, waits = names = [f"{service[:3]}-closed-{which}" for which in ("runs", "waits")]
    app.drop(runs)
    app.tick()
    app.drop(waits)
    ports[service].close()
    for _ in range(2):
        app.tick()
        app.clock.ahead += AWAY / 2 - POLL
    ports[service].open()
    for _ in range(DRAINED):
        app.tick()
    check(app, bus, set(names))
    check_log(app, lines, service)
