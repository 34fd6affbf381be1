"""Invokes functions for new versions of blobs, of which messages on the host's own queue tell.

The rules are those of BlobQueueTriggerExecutor and SharedBlobQueueListenerFactory in Microsoft's
storage extension.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobProperties, BlobServiceClient
from azure.storage.queue import QueueMessage
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from emulators.functions_host.bindings import function_id
from emulators.functions_host.blob_data import ContentTooLarge, content, metadata, reference
from emulators.functions_host.blob_path import BlobPath
from emulators.functions_host.invoker import Invoker
from emulators.functions_host.message_queue import Encoding, MessageQueue
from emulators.functions_host.protos import TypedData
from emulators.functions_host.worker import Binding


log = logging.getLogger(__name__)


class BlobVersion(BaseModel):
    """A message of the host's queue: a function is to see this version of a blob."""

    model_config = ConfigDict(frozen=True, alias_generator=to_pascal, populate_by_name=True)

    function_id: str
    blob_type: str
    container_name: str
    blob_name: str
    etag: Annotated[str, Field(alias="ETag")]

    @property
    def path(self) -> str:
        """Return container and name, for the log."""
        return f"{self.container_name}/{self.blob_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobTrigger:
    """A function that blobs trigger."""

    function: str
    binding: Binding
    path: BlobPath
    blobs: BlobServiceClient
    #: In the account of the blobs.
    poison: MessageQueue

    def version(self, blob_name: str, etag: str, blob_type: str) -> BlobVersion:
        """Return what tells the function of a version of a blob."""
        return BlobVersion(
            function_id=function_id(self.function),
            blob_type=blob_type,
            container_name=self.path.container,
            blob_name=blob_name,
            etag=etag,
        )

    def data(self, blob: BlobClient, properties: BlobProperties) -> TypedData:
        """Return what the function is invoked with: a reference, or all of the blob's content."""
        if self.binding.get("properties", {}).get("SupportsDeferredBinding"):
            return reference(self.binding.get("connection"), blob.container_name, blob.blob_name)
        return content(blob, properties.size)


class BlobTriggers:
    """Handles the host's queue for all functions that blobs trigger."""

    def __init__(
        self,
        triggers: Iterable[BlobTrigger],
        queue: MessageQueue,
        encoding: Encoding,
        invoker: Invoker,
    ) -> None:
        self._triggers = {function_id(trigger.function): trigger for trigger in triggers}
        self._queue = queue
        self._encoding = encoding
        self._invoker = invoker

    async def tell(self, version: BlobVersion) -> None:
        """Put a message on the host's queue."""
        text = version.model_dump_json(by_alias=True)
        await self._queue.send(self._encoding.encode(text.encode()))

    async def handle(self, message: QueueMessage) -> bool:
        """Invoke the function, if there still is one, and that version of the blob."""
        version = self._read(message)
        if version is None or version.function_id not in self._triggers:
            log.warning("message %s is for no function of this app: dropped", message.id)
            return True
        trigger = self._triggers[version.function_id]
        blob = trigger.blobs.get_blob_client(version.container_name, version.blob_name)
        properties = await asyncio.to_thread(_properties, blob)
        if properties is None or unquoted(properties.etag) != version.etag:
            log.info("blob %s was deleted or written anew: dropped", version.path)
            return True
        return await self._invoke(trigger, blob, properties)

    def poison_queue(self, message: QueueMessage) -> MessageQueue | None:
        """Return the poison queue in the account of the blob."""
        version = self._read(message)
        trigger = self._triggers.get(version.function_id) if version else None
        return trigger.poison if trigger else None

    def _read(self, message: QueueMessage) -> BlobVersion | None:
        try:
            return BlobVersion.model_validate_json(self._encoding.decode(message.content))
        except ValueError:
            return None

    async def _invoke(
        self, trigger: BlobTrigger, blob: BlobClient, properties: BlobProperties
    ) -> bool:
        cause = f"blob {blob.container_name}/{blob.blob_name}"
        try:
            data = await asyncio.to_thread(trigger.data, blob, properties)
        except ContentTooLarge as error:
            log.warning("%s failed: %s", trigger.function, error)
            return False
        names = trigger.path.match(blob.blob_name) or {}
        about = metadata(blob, properties, names)
        return await self._invoker.invoke(trigger.function, cause, data, about)


def unquoted(etag: str) -> str:
    """Return an ETag as messages and receipts have it, however the SDK gives it."""
    return etag.strip('"')


def _properties(blob: BlobClient) -> BlobProperties | None:
    try:
        return blob.get_blob_properties()
    except ResourceNotFoundError:
        return None
