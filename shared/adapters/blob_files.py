"""Device files, work files and reports as blobs, always streamed."""

import secrets
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import BinaryIO

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import BlobBlock, BlobClient, BlobProperties, BlobServiceClient

from shared.adapters.storage import BLOCK_BYTES, Container, storage_errors
from shared.domain.errors import SourceChanged
from shared.domain.import_record import Source
from shared.domain.parts import Write
from shared.ports import OpenFile


class BlobDeviceFiles:
    """The `DeviceFiles` port on Blob Storage."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._service = service

    def look(self, container: str, name: str) -> Source | None:
        """Return the version that is there now; see the port."""
        with storage_errors():
            try:
                found = self._service.get_blob_client(container, name).get_blob_properties()
            except ResourceNotFoundError:
                return None
        return self._source(container, found)

    def all(self, container: str) -> Iterator[Source]:
        """Yield the versions of all blobs; see the port."""
        with storage_errors():
            try:
                blobs = self._service.get_container_client(container).list_blobs(
                    include=["metadata"]
                )
                yield from (self._source(container, blob) for blob in blobs)
            except ResourceNotFoundError:
                return

    def read(self, source: Source) -> Iterator[bytes]:
        """Yield the bytes of exactly this version; see the port."""
        return _ahead(self._read(source))

    def _source(self, container: str, blob: BlobProperties) -> Source:
        return Source(
            account=str(self._service.account_name),
            container=container,
            name=str(blob.name),
            etag=f'"{str(blob.etag).strip('"')}"',  # a listing leaves out the quotation marks
            size=int(blob.size),
            last_modified=blob.last_modified,
            metadata=blob.metadata or {},
        )

    def _read(self, source: Source) -> Iterator[bytes]:
        blob = self._service.get_blob_client(source.container, source.name)
        with storage_errors():
            try:
                yield from blob.download_blob(
                    etag=source.etag,
                    match_condition=MatchConditions.IfNotModified,
                    decompress=False,  # a small blob could unpack to any size
                ).chunks()
            except (ResourceNotFoundError, ResourceModifiedError) as gone:
                raise SourceChanged(source.name) from gone


class BlobWork:
    """The `Work` port on Blob Storage. The first folder of a path is the container."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._containers = {name: Container(service, name) for name in ("work", "reports")}

    @contextmanager
    def replace(self, folder: str, names: Sequence[str]) -> Iterator[OpenFile]:
        """Open files of a folder for writing; see the port."""
        with ThreadPoolExecutor(1, "upload") as upload:
            files = {name: _File(self._blob(f"{folder}/{name}"), upload) for name in names}
            yield lambda name, section: files[name].section(section)
            for file in files.values():
                file.commit()

    def read(self, path: str, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of a file; see the port."""
        with storage_errors():
            try:
                yield from self._blob(path).download_blob(start, size).chunks()
            except ResourceNotFoundError:
                return

    def address(self, path: str) -> str:
        """Return where the file can be found; see the port."""
        return str(self._blob(path).url)

    @contextmanager
    def scratch(self) -> Iterator[BinaryIO]:
        """Open a nameless local file; see the port."""
        with tempfile.TemporaryFile() as file:
            yield file

    def _blob(self, path: str) -> BlobClient:
        container, _, name = path.partition("/")
        return self._containers[container].client.get_blob_client(name)


class _File:
    """A blob that is written in sections; nothing is visible before `commit`.

    Blocks become a blob in the order in which they are named at the end. So sections may be filled
    in turn, and still follow one another.
    """

    def __init__(self, blob: BlobClient, upload: ThreadPoolExecutor) -> None:
        self._blob = blob
        self._upload = upload
        self._sections: dict[int, _Blocks] = {}

    def section(self, number: int) -> Write:
        """Return what takes the bytes of a section."""
        if number not in self._sections:
            self._sections[number] = _Blocks(self._blob, self._upload)
        return self._sections[number].write

    def commit(self) -> None:
        """Make all bytes visible at once, in place of what was there."""
        blocks = [
            block for _, section in sorted(self._sections.items()) for block in section.staged()
        ]
        with storage_errors():
            self._blob.commit_block_list(blocks)


class _Blocks:
    """Collects bytes into blocks, and has one uploaded while the next is filled."""

    def __init__(self, blob: BlobClient, upload: ThreadPoolExecutor) -> None:
        self._blob = blob
        self._upload = upload
        self._parts: list[bytes] = []
        self._size = 0
        self._blocks: list[BlobBlock] = []
        self._under_way: Future[None] | None = None
        self._writer = secrets.token_hex(4)

    def write(self, data: bytes) -> None:
        """Take some more bytes."""
        self._parts.append(data)
        self._size += len(data)
        if self._size >= BLOCK_BYTES:
            self._stage()

    def staged(self) -> Sequence[BlobBlock]:
        """Upload what is left, and return all blocks when they have arrived."""
        if self._size:
            self._stage()
        self._wait()
        return self._blocks

    def _stage(self) -> None:
        self._wait()
        block = BlobBlock(f"{self._writer}-{len(self._blocks):06}")
        data = b"".join(self._parts)
        self._parts, self._size = [], 0
        self._under_way = self._upload.submit(self._send, block.id, data)
        self._blocks.append(block)

    def _wait(self) -> None:
        if self._under_way:
            self._under_way.result()

    def _send(self, block_id: str, data: bytes) -> None:
        with storage_errors():
            self._blob.stage_block(block_id, data)


def _ahead(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same chunks, and get the next one while this one is used."""
    with ThreadPoolExecutor(1, "read-ahead") as reader:
        following = reader.submit(next, chunks, b"")
        while chunk := following.result():
            following = reader.submit(next, chunks, b"")
            yield chunk
