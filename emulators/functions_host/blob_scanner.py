"""Finds new versions of blobs by listing, and keeps receipts of those it has told of.

As the real host does for the source LogsAndContainerScan (BlobTriggerExecutor,
BlobReceiptManager).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob import ContainerClient

from emulators.functions_host.blob_trigger import BlobTrigger, BlobVersion, unquoted
from emulators.functions_host.polling import pause


log = logging.getLogger(__name__)


class Receipts:
    """One empty blob for each version of a blob that a function was told of.

    A receipt is written after the message: a host that dies in between tells twice, never not at
    all. The real host also leases the receipt against other instances; here there is only one.
    """

    def __init__(self, container: ContainerClient, host_id: str) -> None:
        self._container = container
        self._folder = f"blobreceipts/{host_id}"

    async def has(self, version: BlobVersion) -> bool:
        """Tell whether the function was told of that version."""
        receipt = self._container.get_blob_client(self._name(version))
        return await asyncio.to_thread(receipt.exists)

    async def add(self, version: BlobVersion) -> None:
        """Remember that the function was told."""
        await asyncio.to_thread(
            self._container.upload_blob, self._name(version), b"", overwrite=True
        )

    def _name(self, version: BlobVersion) -> str:
        return f"{self._folder}/{version.function_id}/{version.etag}/{version.path}"


class BlobScanner:
    """Lists the container of one trigger again and again."""

    def __init__(
        self,
        trigger: BlobTrigger,
        receipts: Receipts,
        tell: Callable[[BlobVersion], Awaitable[None]],
        interval: timedelta,
    ) -> None:
        self._trigger = trigger
        self._container = trigger.blobs.get_container_client(trigger.path.container)
        self._receipts = receipts
        self._tell = tell
        self._interval = interval
        #: ETags by name, so that an old blob costs no look at its receipt.
        self._seen: dict[str, str] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Scan until told to stop."""
        while not stop.is_set():
            try:
                await self._scan()
            except ResourceNotFoundError:
                log.debug("container %s does not exist yet", self._container.container_name)
            except AzureError as error:
                log.warning("container %s: %s", self._container.container_name, error)
            await pause(self._interval.total_seconds(), stop)

    async def _scan(self) -> None:
        for version in await asyncio.to_thread(lambda: list(self._unseen())):
            if not await self._receipts.has(version):
                await self._tell(version)
                await self._receipts.add(version)
            self._seen[version.blob_name] = version.etag

    def _unseen(self) -> Iterator[BlobVersion]:
        path = self._trigger.path
        for blob in self._container.list_blobs(name_starts_with=path.prefix):
            etag = unquoted(blob.etag)
            if self._seen.get(blob.name) != etag and path.match(blob.name) is not None:
                yield self._trigger.version(blob.name, etag, blob.blob_type.value)
