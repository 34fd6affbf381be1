"""All ports in memory, wired together."""

from datetime import timedelta

from shared.domain.import_record import Event, ImportRecord, import_id
from shared.domain.parts import Part
from shared.ports import Target
from shared.use_cases.cancel_import import cancel_import
from shared.use_cases.export_devices import export_devices
from shared.use_cases.poll_import_jobs import poll_import_jobs
from shared.use_cases.start_import_job import start_import_job
from shared.use_cases.validate_device_file import validate_device_file
from tests.fakes.clock import FakeClock
from tests.fakes.files import FakeDeviceFiles, FakeWork
from tests.fakes.hub import FakeHub
from tests.fakes.made_for_attempts import FakeMadeForAttempts
from tests.fakes.records import FakeRecords, FakeSlots
from tests.fakes.results import FakeResults


PATIENCE = timedelta(minutes=3)


class World:
    """The `Ports` in memory, and what the host would do with the three functions."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.files = FakeDeviceFiles(self.clock)
        self.work = FakeWork()
        self.records = FakeRecords()
        self.slots = FakeSlots(self.clock)
        self.hub = FakeHub(self.work)
        self.targets: dict[str, Target] = {"factory-a": self.hub}
        self.exchange = FakeMadeForAttempts()
        self.runs = FakeMadeForAttempts()
        self.results = FakeResults()

    def add_hub(self, alias: str) -> FakeHub:
        """Configure one more target, a hub of its own."""
        hub = self.targets[alias] = FakeHub(self.work, slot=alias)
        return hub

    def drop(self, name: str, content: bytes) -> str:
        """Drop a file and tell the app; return the id of its import."""
        source = self.files.drop(name, content)
        self.validate(name)
        return import_id(source.account, source.container, source.name, source.etag)

    def validate(self, name: str) -> str | None:
        """Tell the app of a blob."""
        return validate_device_file(self, "device-files", name, "factory-a")

    def export(self, body: str, message_id: str = "message-1") -> str | None:
        """Deliver a request for an export; return the ticket."""
        return export_devices(self, message_id, self.clock.now(), body)

    def cancel(self, import_id: str) -> None:
        """Deliver a request to cancel."""
        cancel_import(self, import_id)

    def start(self, ticket: str) -> None:
        """Deliver a ticket."""
        start_import_job(self, ticket, PATIENCE)

    def poll(self) -> list[str]:
        """Fire the timer."""
        return poll_import_jobs(self, PATIENCE)

    def tick(self) -> None:
        """Fire the timer and deliver the tickets that come of it."""
        for ticket in self.poll():
            self.start(ticket)

    def record(self, import_id: str) -> ImportRecord:
        """Return the record of an import, wherever it is."""
        known = self.records.stored.get(import_id) or self.records.archived.get(import_id)
        assert known, f"no record of {import_id}"
        return known

    def validated(self, import_id: str, part: str) -> list[bytes]:
        """Return the lines of a file that validation wrote."""
        return self.work.lines(f"work/{import_id}/{self.record(import_id).validated(Part(part))}")

    def result(self, import_id: str) -> Event:
        """Return the one message about an import."""
        (event,) = (e for i, e in self.results.messages.items() if i.startswith(import_id))
        return event

    def result_of(self, import_id: str) -> Event:
        """Return the last message about an import."""
        *_, event = (e for i, e in self.results.messages.items() if i.startswith(import_id))
        return event
