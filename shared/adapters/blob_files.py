"""Device files, work files and reports as blobs, always streamed."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Final

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobProperties, BlobServiceClient

from shared.adapters.blob_reading import bytes_of, pieces, read_ahead
from shared.adapters.blob_writing import writing
from shared.adapters.storage import Container, storage_errors
from shared.domain.errors import SourceChanged
from shared.domain.import_record import Source
from shared.failpoints import failpoint
from shared.ports import OpenFile


#: What a container can be called; anything else could lead to another path of the account.
_CONTAINER: Final = re.compile(r"[a-z0-9](?:-?[a-z0-9]){2,62}", re.ASCII)


class BlobDeviceFiles:
    """The `DeviceFiles` port on Blob Storage."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._service = service

    def look(self, container: str, name: str) -> Source | None:
        """Return the version that is there now; see the port."""
        if not _CONTAINER.fullmatch(container) or not _is_name(name):
            return None
        with storage_errors():
            try:
                with failpoint("device_file.look", name):
                    found = self._service.get_blob_client(container, name).get_blob_properties()
            except ResourceNotFoundError:
                return None
        return self._source(container, found)

    def all(self, container: str) -> Iterator[Source]:
        """Yield the versions of all blobs; see the port."""
        with storage_errors():
            try:
                client = self._service.get_container_client(container)
                with failpoint("device_file.list", container):
                    blobs = client.list_blobs(include=["metadata"])
                    yield from (self._source(container, blob) for blob in blobs)
            except ResourceNotFoundError:
                return

    def read(self, source: Source) -> Iterator[bytes]:
        """Yield the bytes of exactly this version; see the port."""
        return pieces(read_ahead(self._read(source)))

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
                yield from bytes_of(
                    blob, etag=source.etag, match_condition=MatchConditions.IfNotModified
                )
            except (ResourceNotFoundError, ResourceModifiedError) as gone:
                raise SourceChanged(source.name) from gone


def _is_name(name: str) -> bool:
    """Tell whether a blob can be asked for by this name.

    The name becomes a part of an address, in which what leads to another folder is followed: to
    other blobs, of other containers.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return bool(name) and not {".", ".."} & set(name.split("/"))


class BlobWork:
    """The `Work` port on Blob Storage. The first folder of a path is the container."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._containers = {name: Container(service, name) for name in ("work", "reports")}

    @contextmanager
    def replace(self, folder: str, names: Sequence[str]) -> Iterator[OpenFile]:
        """Open files of a folder for writing; see the port."""
        with writing({name: self._blob(f"{folder}/{name}") for name in names}) as files:
            yield files

    def read(self, path: str, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of a file; see the port."""
        with storage_errors():
            try:
                yield from pieces(bytes_of(self._blob(path), start, size))
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
