"""Records and slots as documents in the container `state`.

`active/<id>.json` holds every import that is not put away yet; what a listing must tell stands in
the blob's metadata, written with the document in one call. `done/<yyyy>/<mm>/<dd>/<id>.json` is
the archive, by the day on which the file was dropped, so that an old event finds its record.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from pydantic import ValidationError

from shared.adapters.blob_documents import BlobDocuments, Document
from shared.domain.errors import Conflict, Unavailable, UnreadableRecord
from shared.domain.import_record import VERSION, ImportRecord
from shared.domain.lifecycle import State
from shared.ports import Clock, Hold, Summary


#: The versions of records that can be read.
KNOWN: Final = range(1, VERSION + 1)


class BlobRecords:
    """The `Records` port on Blob Storage."""

    def __init__(self, documents: BlobDocuments) -> None:
        self._documents = documents

    def create(self, record: ImportRecord) -> ImportRecord:
        """Store a new record, or return the one of this import; see the port."""
        if archived := self._archived(record):
            return archived
        try:
            version = self._documents.create(_path(record.id), _body(record), _metadata(record))
        except Conflict:
            if known := self.get(record.id) or self._archived(record):
                return known
            raise
        return self._unless_late(record.model_copy(update={"version": version}))

    def get(self, import_id: str) -> ImportRecord | None:
        """Return the active record of an import; see the port."""
        document = self._documents.read(_path(import_id))
        if document is None:
            return None
        record = _record(import_id, document)
        if record.state is State.RECEIVED and self._unless_late(record).is_final:
            return None
        return record

    def _archived(self, record: ImportRecord) -> ImportRecord | None:
        document = self._documents.read(_archive_path(record))
        return _record(record.id, document) if document else None

    def _unless_late(self, record: ImportRecord) -> ImportRecord:
        """Return what is archived instead of a record that was stored too late, and delete that.

        Between looking into the archive and storing a record a worker may stand still for longer
        than the whole import takes.
        """
        archived = self._archived(record)
        if archived:
            self._documents.delete(_path(record.id), record.version or "")
        return archived or record

    def replace(self, record: ImportRecord) -> ImportRecord:
        """Store the next revision of a record; see the port."""
        version = self._documents.replace(
            _path(record.id), _body(record), record.version or "", _metadata(record)
        )
        return record.model_copy(update={"version": version})

    def active(self) -> Iterator[Summary]:
        """Yield all records that are not archived; see the port."""
        for blob in self._documents.list("active/"):
            import_id = blob.name.removeprefix("active/").removesuffix(".json")
            yield _summary(import_id, blob.metadata or {})

    def archived_on(self, day: date) -> Iterator[str]:
        """Yield the ids of archived imports of a day; see the port."""
        folder = _day_path(day)
        for blob in self._documents.list(folder):
            yield blob.name.removeprefix(folder).removesuffix(".json")

    def archive(self, record: ImportRecord) -> None:
        """Move a record to the archive; see the port."""
        try:
            self._documents.create(_archive_path(record), _body(record))
        except Conflict:
            if self._documents.read(_archive_path(record)) is None:
                message = "storage: the archive did not take the record"
                raise Unavailable(message) from None
        self._documents.delete(_path(record.id), record.version or "")


#: Jobs of a slot that are remembered: more do not end in the minute that a hub may be late.
KNOWN_JOBS: Final = 8


class BlobSlots:
    """The `Slots` port on Blob Storage: one document a slot, an empty holder when it is free."""

    def __init__(self, documents: BlobDocuments, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock

    def holder(self, slot: str) -> Hold | None:
        """Return who holds the slot; see the port."""
        hold = self._read(slot)
        return hold if hold and hold.import_id else None

    def take(self, slot: str, import_id: str) -> Hold | None:
        """Take the slot if it is free; see the port."""
        hold = self._read(slot)
        if hold and hold.import_id:
            return hold if hold.import_id == import_id else None
        try:
            return self._write(slot, hold, import_id)
        except Conflict:
            return None

    def release(self, slot: str, hold: Hold, jobs: Sequence[str] = ()) -> None:
        """Free the slot; see the port."""
        try:
            self._write(slot, hold, "", jobs)
        except Conflict:
            return

    def _read(self, slot: str) -> Hold | None:
        document = self._documents.read(_slot_path(slot))
        if document is None:
            return None
        taken_at = datetime.fromisoformat(document.body["taken_at"])
        body = document.body
        jobs = tuple(body.get("jobs", ()))
        return Hold(body["import_id"], taken_at, body["epoch"], document.version, jobs)

    def _write(
        self, slot: str, hold: Hold | None, import_id: str, jobs: Sequence[str] = ()
    ) -> Hold:
        now, epoch = self._clock.now(), hold.epoch + 1 if hold else 1
        known = tuple(dict.fromkeys((*(hold.jobs if hold else ()), *jobs)))[-KNOWN_JOBS:]
        body = {
            "import_id": import_id,
            "taken_at": now.isoformat(),
            "epoch": epoch,
            "jobs": known,
        }
        if hold:
            version = self._documents.replace(_slot_path(slot), body, hold.version)
        else:
            version = self._documents.create(_slot_path(slot), body)
        return Hold(import_id, now, epoch, version, known)


def _path(import_id: str) -> str:
    return f"active/{import_id}.json"


def _slot_path(slot: str) -> str:
    return f"slots/{slot.replace(':', '-')}.json"


def _archive_path(record: ImportRecord) -> str:
    return f"{_day_path(record.source.last_modified.astimezone(UTC))}{record.id}.json"


def _day_path(day: date) -> str:
    return f"done/{day:%Y/%m/%d}/"


def _body(record: ImportRecord) -> Mapping[str, Any]:
    return record.model_dump(mode="json")


def _record(import_id: str, document: Document) -> ImportRecord:
    version = document.body.get("v", 1)
    if version not in KNOWN:
        raise UnreadableRecord(import_id, version)
    try:
        return ImportRecord.model_validate({**document.body, "version": document.version})
    except ValidationError:
        # Not its words, which quote what is wrong.
        raise UnreadableRecord(import_id, version) from None


def _metadata(record: ImportRecord) -> Mapping[str, str]:
    return {
        "v": str(record.v),
        "state": record.state,
        "slot": record.slot,
        "queued_at": record.queued_at.isoformat() if record.queued_at else "",
        "not_before": record.not_before.isoformat() if record.not_before else "",
        "news": "yes" if record.unsent else "",
    }


def _summary(import_id: str, metadata: Mapping[str, str]) -> Summary:
    def time(name: str) -> datetime | None:
        return datetime.fromisoformat(metadata[name]) if metadata.get(name) else None

    version, state = metadata.get("v", "1"), metadata.get("state", "")
    if version not in map(str, KNOWN) or state not in State:
        return Summary(import_id, None, "", None, None, version=version)
    return Summary(
        id=import_id,
        state=State(state),
        slot=metadata.get("slot", ""),
        queued_at=time("queued_at"),
        not_before=time("not_before"),
        has_news=bool(metadata.get("news")),
    )
