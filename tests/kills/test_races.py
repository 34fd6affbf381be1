"""Many workers start imports into one hub at the same moment, while others poll."""

import multiprocessing
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle, islice
from threading import Barrier
from typing import Any

import pytest

from emulators.azurite import RunningAzurite
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.server import RunningHub, serve
from emulators.service_bus.server import RunningBus
from shared.azure_ports import AzurePorts
from shared.domain.import_record import Counts, Section
from shared.domain.lifecycle import State
from shared.settings import Settings
from shared.use_cases.poll_import_jobs import poll_import_jobs
from shared.use_cases.start_import_job import start_import_job
from tests.builders import a_file, a_line, a_record, a_source
from tests.kills.lane import ALIAS, app_settings, connection_to, hang_up, told
from tests.kills.lane import PATIENCE as SECONDS
from tests.kills.racers import POLL, get_ready, leave, race


PATIENCE = timedelta(seconds=SECONDS)
#: Workers, and rounds in which all of them race; 200 rounds in all.
RACES = {"threads": (16, 60), "processes": (4, 140)}
#: Of each round so many workers poll; the others have tickets.
POLLERS = 2
#: Imports that wait in the line of the hub at any time.
WAITING = 2


@contextmanager
def workers(kind: str, settings: Settings) -> Iterator[Executor]:
    """Open workers that take one order each, all at the same time."""
    count, _ = RACES[kind]
    if kind == "threads":
        with ThreadPoolExecutor(count, "racer", get_ready, (settings, Barrier(count))) as pool:
            yield pool
    else:
        context = multiprocessing.get_context("spawn")
        ready = (settings, context.Barrier(count))
        with ProcessPoolExecutor(count, context, get_ready, ready) as pool:
            yield pool


@dataclass
class Line:
    """The imports that wait for one hub."""

    ports: AzurePorts
    running: RunningHub
    #: Who races: threads or processes.
    kind: str
    waiting: deque[str] = field(default_factory=deque)
    #: The device of every import so far, by the id of the import.
    imports: dict[str, str] = field(default_factory=dict)

    def fill(self) -> None:
        """Forget those that have ended, and put new ones behind the others."""
        there = {one.id for one in self.ports.records.active()}
        self.waiting = deque(one for one in self.waiting if one in there)
        while len(self.waiting) < WAITING:
            self.waiting.append(self._queue(f"{self.kind}-{len(self.imports)}"))

    def _queue(self, name: str) -> str:
        """Store an import that has been validated."""
        lines = a_file(a_line(name, importMode="create"))
        now = self.ports.clock.now()
        record = a_record(
            source=a_source(f"{ALIAS}/{name}", last_modified=now),
            state=State.QUEUED,
            queued_at=now,
            target=ALIAS,
            slot=self.running.host,
            counts=Counts(total=1, accepted=1),
            sections=(Section(lines=1, bytes=len(lines)),),
        )
        with self.ports.work.replace(
            f"work/{record.id}", ["devices.txt", "devices.numbers"]
        ) as to:
            to("devices.txt", 0)(lines)
            to("devices.numbers", 0)((1).to_bytes(4, "little"))
        self.imports[self.ports.records.create(record).id] = name
        return record.id

    def finish(self) -> None:
        """Let one worker alone bring on what is still there."""
        for _ in range(2 * WAITING):
            for ticket in poll_import_jobs(self.ports, PATIENCE):
                start_import_job(self.ports, ticket, PATIENCE)
            self.running.hub.jobs.settle()


@pytest.fixture(params=RACES)
def scene(
    request: Any, accounts: RunningAzurite, bus: RunningBus
) -> Iterator[tuple[Line, Executor]]:
    """A hub with its line, and workers of one kind."""
    with serve(Hub("raced")) as running:
        connection = connection_to(accounts, request.param)
        settings = Settings.from_environ(app_settings(connection, bus, running))
        line = Line(AzurePorts(settings), running, request.param)
        with workers(line.kind, settings) as pool:
            yield line, pool
            list(pool.map(leave, range(RACES[line.kind][0])))
        hang_up(line.ports)


def test_a_hub_never_has_two_jobs_and_no_import_has_two_posts(
    scene: tuple[Line, Executor], bus: RunningBus
):
    """The hub refuses a second job while one is active, and it never had to."""
    line, pool = scene
    hub = line.running.hub
    told(bus)
    count, rounds = RACES[line.kind]
    for _ in range(rounds):
        line.fill()
        tickets = islice(cycle(line.waiting), count - POLLERS)
        list(pool.map(race, [*tickets, *[POLL] * POLLERS]))
        hub.jobs.settle()
        assert hub.calls["POST /jobs/create"] == len(hub.jobs.all())
    line.finish()
    assert list(line.ports.records.active()) == []
    assert hub.calls["POST /jobs/create"] == len(hub.jobs.all()) == len(line.imports)
    assert {one.device_id for one in hub.registry} == set(line.imports.values())
    assert told(bus) == dict.fromkeys(line.imports, 1)
    # Most rounds started or ended an import; otherwise there was little to race for.
    assert len(line.imports) > rounds / 4
