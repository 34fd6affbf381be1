"""Records and slots in memory, with versions that only match once."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from shared.domain.errors import Conflict, UnreadableRecord
from shared.domain.import_record import VERSION, ImportRecord
from shared.ports import Hold, Summary
from tests.fakes.clock import FakeClock


@dataclass
class FakeRecords:
    """The `Records` port in memory."""

    stored: dict[str, ImportRecord] = field(default_factory=dict)
    archived: dict[str, ImportRecord] = field(default_factory=dict)
    #: Raised by the next look-up or new record, instead of doing it.
    fail_next: Exception | None = None
    _versions: Iterator[int] = field(default_factory=itertools.count)

    def create(self, record: ImportRecord) -> ImportRecord:
        """Store a new record, or return the one of this import."""
        self._fail()
        known = self.archived.get(record.id) or self.stored.get(record.id)
        return _readable(known) or self._store(record)

    def get(self, import_id: str) -> ImportRecord | None:
        """Return the active record."""
        self._fail()
        return _readable(self.stored.get(import_id))

    def replace(self, record: ImportRecord) -> ImportRecord:
        """Store the next revision onto the version that was read."""
        known = self.stored.get(record.id)
        if known is None or known.version != record.version:
            raise Conflict(record.id)
        return self._store(record)

    def active(self) -> Iterator[Summary]:
        """Yield what a listing tells."""
        for record in list(self.stored.values()):
            if record.v > VERSION:
                yield Summary(record.id, None, "", None, None, version=str(record.v))
                continue
            yield Summary(
                id=record.id,
                state=record.state,
                slot=record.slot,
                queued_at=record.queued_at,
                not_before=record.not_before,
                has_news=bool(record.unsent),
            )

    def archived_on(self, day: date) -> Iterator[str]:
        """Yield the ids of archived imports of a day."""
        yield from (
            one.id for one in self.archived.values() if one.source.last_modified.date() == day
        )

    def archive(self, record: ImportRecord) -> None:
        """Move a record to the archive."""
        self.archived.setdefault(record.id, record)
        known = self.stored.get(record.id)
        if known and known.version == record.version:
            del self.stored[record.id]

    def _fail(self) -> None:
        if failure := self.fail_next:
            self.fail_next = None
            raise failure

    def _store(self, record: ImportRecord) -> ImportRecord:
        # A round trip through JSON, as in storage: what does not survive it shows here.
        plain = ImportRecord.model_validate_json(record.model_dump_json())
        stored = plain.model_copy(update={"version": str(next(self._versions))})
        self.stored[record.id] = stored
        return stored


def _readable(record: ImportRecord | None) -> ImportRecord | None:
    if record and record.v > VERSION:
        raise UnreadableRecord(record.id, record.v)
    return record


@dataclass
class FakeSlots:
    """The `Slots` port in memory."""

    clock: FakeClock
    held: dict[str, Hold] = field(default_factory=dict)
    jobs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _epochs: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def holder(self, slot: str) -> Hold | None:
        """Return who holds the slot."""
        return self.held.get(slot)

    def take(self, slot: str, import_id: str) -> Hold | None:
        """Take the slot if it is free."""
        epoch = next(self._epochs)
        jobs = self.jobs.get(slot, ())
        fresh = Hold(import_id, self.clock.now(), epoch, version=str(epoch), jobs=jobs)
        held = self.held.setdefault(slot, fresh)
        return held if held.import_id == import_id else None

    def release(self, slot: str, hold: Hold, jobs: Sequence[str] = ()) -> None:
        """Free the slot if it is still held so."""
        if self.held.get(slot) == hold:
            del self.held[slot]
            self.jobs[slot] = tuple(dict.fromkeys((*hold.jobs, *jobs)))[-8:]
