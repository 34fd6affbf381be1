"""How device files and work files go through Blob Storage: side by side, in few calls."""

from collections.abc import Callable, Iterator
from math import ceil
from threading import Event
from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestError
from azure.storage.blob import BlobServiceClient

from emulators.azurite import RunningAzurite
from shared.adapters.blob_files import BlobDeviceFiles, BlobWork
from shared.adapters.blob_writing import HELD_BYTES
from shared.adapters.storage import BLOCK_BYTES, CLIENT_OPTIONS
from shared.domain.errors import SourceChanged, Unavailable
from shared.domain.import_record import Source
from tests.waiting import until


class Calls:
    """Every request that leaves a client; those with a block can be held up or refused."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.refuse_blocks = False
        self.may_put = Event()
        self.may_put.set()

    def __call__(self, request: Any) -> None:
        """Note a request, and keep it until it may go."""
        query = request.http_request.query
        sent = f"{request.http_request.method} {query.get('comp') or query.get('restype', 'blob')}"
        self.sent.append(sent)
        if sent == "PUT block":
            if self.refuse_blocks:
                message = "the line is cut"
                raise ServiceRequestError(message)
            assert self.may_put.wait(timeout=60), "the one who writes waits for the upload"

    def count(self, sent: str) -> int:
        return self.sent.count(sent)


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def service(azurite: RunningAzurite, calls: Calls) -> Iterator[BlobServiceClient]:
    """A client as the app makes it, whose calls are watched."""
    options = CLIENT_OPTIONS | {"raw_request_hook": calls, "retry_total": 0}
    text = azurite.connection_string
    with BlobServiceClient.from_connection_string(text, **options) as client:
        yield client


@pytest.fixture
def dropped(service: BlobServiceClient, fresh: str, calls: Calls) -> Callable[[int], Source]:
    """Drop a file of so many bytes; forget the calls for it."""

    def drop(size: int) -> Source:
        service.create_container(fresh).upload_blob("x", bytes(size))
        source = BlobDeviceFiles(service).look(fresh, "x")
        assert source
        calls.sent.clear()
        return source

    return drop


def test_the_next_range_is_read_while_the_last_is_used(
    service: BlobServiceClient, dropped: Callable[[int], Source], calls: Calls
):
    """Nobody asks for the second one, and it comes; the third one waits until it is wanted."""
    chunks = BlobDeviceFiles(service).read(dropped(3 * BLOCK_BYTES))
    first = next(chunks)
    until(lambda: calls.count("GET blob") == 2, "the next range is asked for")
    assert sum(map(len, (first, *chunks))) == 3 * BLOCK_BYTES
    assert calls.count("GET blob") == 3


def test_a_file_that_is_overwritten_while_it_is_read(
    service: BlobServiceClient, dropped: Callable[[int], Source], fresh: str
):
    """The rest would be of another version: there is none."""
    chunks = BlobDeviceFiles(service).read(dropped(4 * BLOCK_BYTES))
    next(chunks)
    service.get_blob_client(fresh, "x").upload_blob(bytes(4 * BLOCK_BYTES), overwrite=True)
    with pytest.raises(SourceChanged):
        list(chunks)


def test_a_block_is_uploaded_while_the_next_is_filled(
    service: BlobServiceClient, fresh: str, calls: Calls
):
    """Whoever writes goes on although the first block has not arrived."""
    with BlobWork(service).replace(f"work/{fresh}", ["x"]) as files:
        write = files("x", 0)
        calls.may_put.clear()
        write(bytes(BLOCK_BYTES))
        until(lambda: calls.count("PUT block") == 1, "the first block is on its way")
        write(bytes(BLOCK_BYTES // 2))
        calls.may_put.set()
    assert calls.count("PUT block") == 2


def test_no_more_is_held_back_than_allowed(service: BlobServiceClient, fresh: str, calls: Calls):
    """Of many sections that are all smaller than a block, the fullest is sent early."""
    with BlobWork(service).replace(f"work/{fresh}", ["x"]) as files:
        for section in range(3):
            files("x", section)(bytes(HELD_BYTES // 3))
        assert calls.count("PUT block") == 0
        files("x", 1)(b"one more")
        until(lambda: calls.count("PUT block") == 1, "the fullest section is sent")
    assert calls.count("PUT block") == 3


def test_an_upload_that_fails_is_told(service: BlobServiceClient, fresh: str, calls: Calls):
    """By the next one who waits for it; and the file does not appear."""
    work = BlobWork(service)
    calls.refuse_blocks = True
    with pytest.raises(Unavailable), work.replace(f"work/{fresh}", ["x"]) as files:
        files("x", 0)(bytes(BLOCK_BYTES))
    assert list(work.read(f"work/{fresh}/x")) == []


def test_the_calls_are_counted(
    service: BlobServiceClient, dropped: Callable[[int], Source], fresh: str, calls: Calls
):
    """One for each range and block, one for the list of blocks, one for each small file."""
    size = 2 * BLOCK_BYTES + 1
    source = dropped(size)
    with BlobWork(service).replace(f"work/{fresh}", ["whole", "small", "empty"]) as files:
        for chunk in BlobDeviceFiles(service).read(source):
            files("whole", 0)(chunk)
        files("small", 0)(b"at once")
    assert calls.count("GET blob") == calls.count("PUT block") == ceil(size / BLOCK_BYTES)
    assert calls.count("PUT blocklist") == 1
    assert calls.count("PUT blob") == 2
