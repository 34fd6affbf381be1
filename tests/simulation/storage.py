"""Blob Storage in memory, behind the clients of its SDK as far as the adapters use them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any, Final, Self

from azure.core import MatchConditions
from azure.storage.blob import BlobBlock

from tests.simulation.network import (
    Network,
    blob_exists,
    changed,
    container_exists,
    invalid_blocks,
    invalid_range,
    no_blob,
    no_container,
)


_A_MINUTE: Final = timedelta(minutes=1)
#: Stands in every address that is signed, and must not leave through anything else.
SIGNATURE: Final = "sig=Q2FuYXJ5T2ZBU2lnbmF0dXJl"


@dataclass(slots=True)
class Blob:
    """A committed blob."""

    name: str
    content: bytes
    etag: str
    last_modified: datetime
    metadata: Mapping[str, str]
    #: By which write of which worker.
    author: object = None

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)


@dataclass
class Account:
    """A storage account. Every write makes a new version, and is told to who watches."""

    name: str
    network: Network
    now: Callable[[], datetime]
    #: Told path with container, and the content; None if it is deleted.
    watch: Callable[[str, bytes | None], None] = lambda _path, _content: None
    #: Whether the app holds the key that signs addresses.
    has_key: bool = True
    containers: dict[str, dict[str, Blob]] = field(default_factory=dict)
    #: When containers were made, and their metadata.
    notes: dict[str, tuple[datetime, Mapping[str, str]]] = field(default_factory=dict)
    staged: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    #: All accounts by host, for copies from one to another.
    peers: "dict[str, Account]" = field(default_factory=dict)
    versions: int = 0
    #: Tells which write of which worker this is.
    author: Callable[[], object] = lambda: None

    @property
    def url(self) -> str:
        """Address of the account."""
        return f"https://{self.name}.blob.core.windows.net"

    def blobs(self, container: str) -> dict[str, Blob]:
        """Return the blobs of a container, or raise that there is none."""
        try:
            return self.containers[container]
        except KeyError:
            raise no_container() from None

    def find(self, container: str, name: str) -> Blob:
        """Return a blob, or raise that there is none."""
        try:
            return self.blobs(container)[name]
        except KeyError:
            raise no_blob() from None

    def put(
        self, container: str, name: str, content: bytes, metadata: Mapping[str, str] | None = None
    ) -> Blob:
        """Store a blob in place of what is there."""
        self.versions += 1
        # As a real one, a version has quotation marks; a listing leaves them out.
        blob = Blob(
            name, content, f'"0x{self.versions:X}"', self.now(), metadata or {}, self.author()
        )
        self.blobs(container)[name] = blob
        self.watch(f"{container}/{name}", content)
        return blob

    def drop(self, container: str, name: str) -> None:
        """Delete a blob that is there."""
        del self.containers[container][name]
        self.watch(f"{container}/{name}", None)


class FakeBlobService:
    """`BlobServiceClient` of an account."""

    def __init__(self, account: Account, hear: Callable[[Any], None] | None = None) -> None:
        self.account = account
        self._hear = hear
        self._heard: datetime | None = None
        self.account_name = account.name
        self.url = account.url
        self.credential = SimpleNamespace(account_key="key" if account.has_key else None)

    def call[T](self, what: Callable[[], T]) -> T:
        """Have something done; the answer tells the time."""
        try:
            return self.account.network.to_storage(what)
        finally:
            # The clocks of machines are as wrong as they were, so one answer a minute tells all.
            if self._hear and self._is_news():
                self._heard = self.account.now()
                headers = {"Date": format_datetime(self.account.now(), usegmt=True)}
                self._hear(SimpleNamespace(http_response=SimpleNamespace(headers=headers)))

    def _is_news(self) -> bool:
        return self._heard is None or self.account.now() - self._heard > _A_MINUTE

    def get_container_client(self, name: str) -> "FakeContainer":
        """Return a container's client."""
        return FakeContainer(self, name)

    def get_blob_client(self, container: str, name: str) -> "FakeBlob":
        """Return a blob's client."""
        return FakeBlob(self, container, name)

    def list_containers(self, prefix: str, *, include_metadata: bool) -> Iterator[Blob]:
        """Return the containers whose names begin so."""
        assert include_metadata

        def listed() -> list[Blob]:
            names = [name for name in self.account.containers if name.startswith(prefix)]
            return [Blob(name, b"", "", *self.account.notes[name]) for name in names]

        return iter(self.call(listed))

    def get_user_delegation_key(self, _start: datetime, _expiry: datetime) -> str:
        """Return what signs in place of the account's key."""
        return self.call(lambda: "delegation key")


class FakeContainer:
    """`ContainerClient` of a container, which may not exist."""

    def __init__(self, service: FakeBlobService, name: str) -> None:
        self._service = service
        self._account = service.account
        self.container_name = name
        self.url = f"{service.url}/{name}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def create_container(self, metadata: Mapping[str, str] | None = None) -> None:
        """Make it; 409 if it is there."""

        def create() -> None:
            if self.container_name in self._account.containers:
                raise container_exists()
            self._account.containers[self.container_name] = {}
            self._account.notes[self.container_name] = self._account.now(), metadata or {}

        self._service.call(create)

    def delete_container(self) -> None:
        """Delete it with all blobs; 404 if it is not there."""

        def delete() -> None:
            self._account.blobs(self.container_name)
            del self._account.containers[self.container_name]
            staged = [key for key in self._account.staged if key[0] == self.container_name]
            for key in staged:
                del self._account.staged[key]

        self._service.call(delete)

    def get_blob_client(self, name: str) -> "FakeBlob":
        """Return a blob's client."""
        return FakeBlob(self._service, self.container_name, name)

    def upload_blob(self, name: str, data: bytes, **options: Any) -> Mapping[str, Any]:
        """Store a blob."""
        return self.get_blob_client(name).upload_blob(data, **options)

    def download_blob(self, name: str) -> "Download":
        """Return what reads a blob."""
        return self.get_blob_client(name).download_blob()

    def delete_blob(self, name: str, **conditions: Any) -> None:
        """Delete a blob."""
        self.get_blob_client(name).delete_blob(**conditions)

    def list_blobs(
        self,
        prefix: str = "",
        include: Sequence[str] = (),  # noqa: ARG002 - metadata always come
    ) -> Iterator[Blob]:
        """Return the blobs whose names begin so, in the order of names."""

        def listed() -> list[Blob]:
            blobs = self._account.blobs(self.container_name)
            return [blobs[name] for name in sorted(blobs) if name.startswith(prefix)]

        return iter(self._service.call(listed))


class FakeBlob:
    """`BlobClient` of a blob, which may not exist."""

    def __init__(self, service: FakeBlobService, container: str, name: str) -> None:
        self._service = service
        self._account = service.account
        self.container_name = container
        self.blob_name = name
        self.url = f"{service.url}/{container}/{name}"

    def upload_blob(
        self,
        data: bytes,
        *,
        overwrite: bool = False,
        metadata: Mapping[str, str] | None = None,
        etag: str | None = None,
        match_condition: MatchConditions | None = None,
        **_: Any,
    ) -> Mapping[str, Any]:
        """Store it: where there is none, onto a version, or whatever is there."""
        none = match_condition is MatchConditions.IfMissing or not (overwrite or etag)

        def upload() -> Mapping[str, Any]:
            self._check(etag, none=none)
            where = self.container_name, self.blob_name
            return {"etag": self._account.put(*where, data, metadata).etag}

        return self._service.call(upload)

    def _check(self, etag: str | None, *, none: bool) -> None:
        known = self._account.blobs(self.container_name).get(self.blob_name)
        if known and none:
            raise blob_exists()
        if etag and (known is None or known.etag != etag):
            raise changed()

    def download_blob(
        self, start: int = 0, size: int | None = None, *, etag: str | None = None, **_: Any
    ) -> "Download":
        """Return what reads it, or a part of it."""

        def download() -> Download:
            blob = self._account.find(self.container_name, self.blob_name)
            if etag and blob.etag != etag:
                raise changed()
            if start and start >= blob.size:
                raise invalid_range()
            end = None if size is None else start + size
            return Download(blob, blob.content[start:end])

        return self._service.call(download)

    def get_blob_properties(self) -> Blob:
        """Return version, size and metadata."""
        where = self.container_name, self.blob_name
        return self._service.call(lambda: self._account.find(*where))

    def delete_blob(self, *, etag: str | None = None, **_: Any) -> None:
        """Delete it, if it is in that version."""

        def delete() -> None:
            blob = self._account.find(self.container_name, self.blob_name)
            if etag and blob.etag != etag:
                raise changed()
            self._account.drop(self.container_name, self.blob_name)

        self._service.call(delete)

    def stage_block(self, block_id: str, data: bytes) -> None:
        """Keep a block until blocks are committed."""
        where = self.container_name, self.blob_name, block_id

        def stage() -> None:
            self._account.blobs(self.container_name)
            self._account.staged[where] = data

        self._service.call(stage)

    def stage_block_from_url(self, block_id: str, address: str, start: int, length: int) -> None:
        """Keep a part of another blob as a block."""
        where = self.container_name, self.blob_name, block_id
        _, _, _, container, name = address.partition("?")[0].split("/", 4)

        def stage() -> None:
            self._account.blobs(self.container_name)
            source = self._account.peers[address.split("/")[2]].find(container, name)
            self._account.staged[where] = source.content[start : start + length]

        self._service.call(stage)

    def commit_block_list(
        self,
        blocks: Iterable[BlobBlock],
        *,
        etag: str | None = None,
        match_condition: MatchConditions | None = None,
    ) -> None:
        """Make a blob of blocks: where there is none, onto a version, or whatever is there."""

        def commit() -> None:
            self._check(etag, none=match_condition is MatchConditions.IfMissing)
            where = self.container_name, self.blob_name
            staged = [self._account.staged.get((*where, block.id)) for block in blocks]
            if None in staged:
                raise invalid_blocks()
            self._account.put(*where, b"".join(filter(None, staged)))

        self._service.call(commit)


@dataclass(slots=True)
class Download:
    """`StorageStreamDownloader` of bytes that are there already."""

    properties: Blob
    _content: bytes

    def readall(self) -> bytes:
        """Return all bytes."""
        return self._content

    def chunks(self) -> Iterator[bytes]:
        """Yield all bytes."""
        if self._content:
            yield self._content
