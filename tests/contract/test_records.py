from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import BlobServiceClient

from emulators.azurite import RunningAzurite
from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.blob_records import BlobRecords
from shared.adapters.storage import Container
from shared.domain.errors import Conflict, UnreadableRecord
from shared.domain.import_record import VERSION
from shared.domain.lifecycle import State
from shared.failpoints import watched_by
from shared.ports import Records, Summary
from tests.builders import a_record
from tests.fakes.clock import NEW_YEAR
from tests.fakes.records import FakeRecords


@pytest.fixture(params=["fake", "azurite"])
def records(request: Any, fresh: str) -> Records:
    if request.param == "fake":
        return FakeRecords()
    storage = request.getfixturevalue("storage")
    return BlobRecords(BlobDocuments(Container(storage, fresh)))


def test_a_record_is_read_as_it_was_stored(records: Records):
    """With the version it is stored in, and nothing else changed."""
    stored = records.create(a_record())
    assert records.get(stored.id) == stored
    assert stored.version


def test_an_unknown_import_has_no_record(records: Records):
    """Asking is no error."""
    assert records.get("no-such-import") is None


def test_creating_twice_returns_the_first(records: Records):
    """The same drop told twice finds its record."""
    first = records.create(a_record())
    assert records.create(a_record(target="another")) == first


def test_a_write_goes_onto_the_version_that_was_read(records: Records):
    """Whoever read an older version loses, and what is stored stays whole."""
    read = records.create(a_record())
    won = records.replace(read.advance(State.VALIDATED, NEW_YEAR))
    with pytest.raises(Conflict):
        records.replace(read.advance(State.REJECTED, NEW_YEAR))
    assert records.get(read.id) == won


def test_of_many_writers_one_wins(records: Records):
    """Sixteen at once: one revision is stored, the others are told."""
    read = records.create(a_record())

    def write(number: int) -> int:
        try:
            records.replace(read.amend(tries=number))
        except Conflict:
            return 0
        return number

    with ThreadPoolExecutor(16) as pool:
        winners = [number for number in pool.map(write, range(1, 17)) if number]
    stored = records.get(read.id)
    assert stored
    assert winners == [stored.tries]


def test_a_listing_tells_what_polling_needs(records: Records):
    """State, slot and times, without reading the record."""
    record = records.create(a_record())
    now = NEW_YEAR
    queued = record.advance(State.VALIDATED, now).advance(State.QUEUED, now, queued_at=now)
    records.replace(queued.amend(not_before=now))
    (summary,) = records.active()
    assert (summary.id, summary.state, summary.slot) == (record.id, State.QUEUED, "hub-a")
    assert (summary.queued_at, summary.not_before) == (now, now)


def test_a_record_of_a_later_version_is_listed_and_no_more(records: Records):
    """Its id and version are told, and whoever wants the record itself is told why not."""
    later = records.create(a_record(v=VERSION + 1, state=State.QUEUED))
    version = str(VERSION + 1)
    assert list(records.active()) == [Summary(later.id, None, "", None, None, version=version)]
    for ask in (lambda: records.get(later.id), lambda: records.create(a_record())):
        with pytest.raises(UnreadableRecord, match=version):
            ask()


def test_an_archived_record_of_a_later_version_stays_there(records: Records):
    """An old event about its drop starts no second import."""
    records.archive(records.create(a_record(v=VERSION + 1, state=State.COMPLETED)))
    with pytest.raises(UnreadableRecord):
        records.create(a_record())
    assert list(records.active()) == []


@pytest.mark.parametrize("state", ["", "dreaming"])
def test_a_record_in_an_unknown_state_holds_up_no_listing(
    storage: BlobServiceClient, fresh: str, state: str
):
    """Whatever lies there that this app did not write: the others are listed."""
    container = Container(storage, fresh)
    records = BlobRecords(BlobDocuments(container))
    known = records.create(a_record())
    metadata = {"state": state} if state else {}
    container.client.upload_blob("active/odd.json", b'{"id": "odd"}', metadata=metadata)
    assert {one.id: one.state for one in records.active()} == {known.id: known.state, "odd": None}
    with pytest.raises(UnreadableRecord) as why:
        records.get("odd")
    assert why.value.service == "record odd"


def test_an_archived_record_is_not_active_but_still_found(records: Records):
    """It leaves the listing; an event about the same drop finds it again."""
    record = records.create(a_record())
    ended = records.replace(record.advance(State.REJECTED, NEW_YEAR))
    records.archive(ended)
    assert list(records.active()) == []
    assert records.get(record.id) is None
    assert records.create(a_record()).state is State.REJECTED


def test_archiving_twice_changes_nothing(records: Records):
    """A poller that died half way is followed by one that does it again."""
    ended = records.replace(records.create(a_record()).advance(State.REJECTED, NEW_YEAR))
    records.archive(ended)
    records.archive(ended)
    assert list(records.active()) == []


def test_a_record_that_was_stored_too_late_gives_way(storage: BlobServiceClient, fresh: str):
    """Whoever stood still between looking into the archive and storing begins nothing again."""
    documents = BlobDocuments(Container(storage, fresh))
    records, path = BlobRecords(documents), f"active/{a_record().id}.json"
    ended = records.replace(records.create(a_record()).advance(State.REJECTED, NEW_YEAR))
    records.archive(ended)
    documents.create(path, a_record().model_dump(mode="json"))
    assert records.create(a_record()).is_final
    assert records.get(ended.id) is None
    assert documents.read(path) is None


def test_whoever_stores_a_record_looks_into_the_archive_afterwards(
    storage: BlobServiceClient, fresh: str
):
    """The import ended while its file was told of once more."""
    documents = BlobDocuments(Container(storage, fresh))
    records = BlobRecords(documents)
    path = f"active/{a_record().id}.json"

    @contextmanager
    def ends_meanwhile(name: str, about: str) -> Iterator[None]:
        if (name, about) == ("document.create", path):
            with watched_by(lambda *_: nullcontext()):
                ended = a_record().advance(State.REJECTED, NEW_YEAR)
                records.archive(ended.model_copy(update={"version": '"0x0"'}))
        yield

    with watched_by(ends_meanwhile):
        assert records.create(a_record()).state is State.REJECTED
    assert documents.read(path) is None


class LosesAnswers(RequestsTransport):  # type: ignore[misc]  # azure-core hides its type
    """Sends everything, and loses the answer to the first write."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 1

    def send(self, request: Any, **options: Any) -> Any:
        answer = super().send(request, **options)
        if self.left and request.method == "PUT" and "restype" not in request.url:
            self.left -= 1
            raise ServiceResponseError(None)
        return answer


@pytest.fixture
def forgetful(azurite: RunningAzurite, fresh: str) -> Iterator[BlobRecords]:
    """Records on storage whose first write loses its answer, which the SDK then repeats."""
    transport = LosesAnswers()
    with BlobServiceClient.from_connection_string(
        azurite.connection_string, transport=transport, initial_backoff=0
    ) as client:
        yield BlobRecords(BlobDocuments(Container(client, fresh)))
        assert not transport.left


def test_a_create_whose_answer_was_lost_has_won(forgetful: BlobRecords):
    """Storage says 409 to the repeat, but what is stored carries our own nonce."""
    stored = forgetful.create(a_record())
    assert forgetful.get(stored.id) == stored


def test_a_replace_whose_answer_was_lost_has_won(
    forgetful: BlobRecords, storage: BlobServiceClient
):
    """Storage says 412 to the repeat; reading back tells the lost answer from a lost race."""
    plain = BlobRecords(BlobDocuments(Container(storage, forgetful._documents._container.name)))  # noqa: SLF001
    record = plain.create(a_record())
    won = forgetful.replace(record.advance(State.VALIDATED, NEW_YEAR))
    assert plain.get(record.id) == won


def test_archived_imports_are_found_by_the_day_of_their_drop(records: Records):
    """A file that is still there can be told from one that nobody took in."""
    record = records.create(a_record())
    records.archive(record)
    day = record.source.last_modified.date()
    assert record.id in set(records.archived_on(day))
    assert set(records.archived_on(day.replace(year=day.year - 1))) == set()
