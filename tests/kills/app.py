"""The app in this process, at real services, with a clock that tests move and a log they read."""

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from emulators.iot_hub.hub import Hub
from shared.adapters.storage import Container
from shared.adapters.system_clock import SystemClock
from shared.azure_ports import AzurePorts
from shared.domain.errors import TryAgain
from shared.settings import Settings
from shared.use_cases.poll_import_jobs import poll_import_jobs
from shared.use_cases.start_import_job import start_import_job
from shared.use_cases.validate_device_file import validate_device_file
from tests.builders import a_file, a_line
from tests.kills.lane import ALIAS


#: Seconds between two polls.
POLL = 15


class MovedClock(SystemClock):
    """The machine's clock, put ahead from poll to poll."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> datetime:
        """Return the time to which it was put."""
        return super().now() + timedelta(seconds=self.ahead)

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return super().monotonic() + self.ahead


class Lines(logging.Handler):
    """What the log warns of, and when by the app's clock."""

    def __init__(self, clock: MovedClock) -> None:
        super().__init__(logging.WARNING)
        self._clock = clock
        #: When something was said of a service that is away, by its name.
        self.away: dict[str, list[float]] = defaultdict(list)
        #: Who else wrote something.
        self.others: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Note a line."""
        if service := getattr(record, "service", ""):
            self.away[service].append(self._clock.monotonic())
        else:
            self.others.add(record.name)


@dataclass
class App:
    """The app, and people who drop files."""

    ports: AzurePorts
    settings: Settings
    clock: MovedClock
    files: Container
    hub: Hub
    #: Events of dropped files, and tickets, that the host has not got rid of.
    events: list[str] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)

    def drop(self, name: str) -> None:
        """Drop a file with one device."""
        line = a_line(name, importMode="create")
        self.files.client.upload_blob(f"{ALIAS}/{name}", a_file(line))
        self.events.append(f"{ALIAS}/{name}")

    def tick(self) -> None:
        """Do what the host does between two polls, and poll: what fails is tried again."""
        self.events = [name for name in self.events if not self._done(self._validate, name)]
        self.tickets += poll_import_jobs(self.ports, self.settings.start_patience)
        self.tickets = [one for one in self.tickets if not self._done(self._start, one)]
        self.hub.jobs.settle()
        self.clock.ahead += POLL

    def _validate(self, name: str) -> None:
        ticket = validate_device_file(self.ports, "device-files", name, ALIAS)
        self.tickets += [ticket] if ticket else []

    def _start(self, ticket: str) -> None:
        start_import_job(self.ports, ticket, self.settings.start_patience)

    def _done(self, call: Callable[[str], None], about: str) -> bool:
        try:
            call(about)
        except TryAgain:
            return False
        return True
