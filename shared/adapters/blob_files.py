"""Device files, work files and reports as blobs, always streamed."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import BlobBlock, BlobClient, BlobServiceClient

from shared.adapters.storage import BLOCK_BYTES, Container, storage_errors
from shared.domain.errors import SourceChanged
from shared.domain.import_record import Source
from shared.ports import Write


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
        return Source(
            account=str(self._service.account_name),
            container=container,
            name=name,
            etag=str(found.etag),
            size=int(found.size),
            last_modified=found.last_modified,
        )

    def read(self, source: Source) -> Iterator[bytes]:
        """Yield the bytes of exactly this version; see the port."""
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
    def write(self, path: str) -> Iterator[Write]:
        """Open a file for writing; see the port."""
        blocks = _Blocks(self._blob(path))
        yield blocks.write
        blocks.commit()

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the bytes of a file; see the port."""
        with storage_errors():
            try:
                yield from self._blob(path).download_blob().chunks()
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


class _Blocks:
    """Collects bytes into blocks; nothing is visible before `commit`."""

    def __init__(self, blob: BlobClient) -> None:
        self._blob = blob
        self._parts: list[bytes] = []
        self._size = 0
        self._staged: list[BlobBlock] = []
        self._writer = secrets.token_hex(4)

    def write(self, data: bytes) -> None:
        """Take some more bytes."""
        self._parts.append(data)
        self._size += len(data)
        if self._size >= BLOCK_BYTES:
            self._stage()

    def commit(self) -> None:
        """Make all bytes visible at once, in place of what was there."""
        if self._parts:
            self._stage()
        with storage_errors():
            self._blob.commit_block_list(self._staged)

    def _stage(self) -> None:
        block_id = f"{self._writer}-{len(self._staged):06}"
        with storage_errors():
            self._blob.stage_block(block_id, b"".join(self._parts))
        self._staged.append(BlobBlock(block_id))
        self._parts, self._size = [], 0
