"""One storage queue, asked from asyncio, and the two encodings that its messages may have."""

import asyncio
import base64
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Final, NamedTuple

from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueClient, QueueMessage, StorageErrorCode


log = logging.getLogger(__name__)


class Encoding(NamedTuple):
    """How the bytes of a message travel as text. `decode` raises ValueError."""

    encode: Callable[[bytes], str]
    decode: Callable[[str], bytes]


#: By the value of `extensions.queues.messageEncoding` in host.json.
ENCODINGS: Final[Mapping[str, Encoding]] = {
    "base64": Encoding(
        lambda content: base64.b64encode(content).decode(),
        partial(base64.b64decode, validate=True),
    ),
    "none": Encoding(bytes.decode, str.encode),
}


class MessageQueue:
    """A queue whose messages are texts. Every call runs in a thread and may raise AzureError."""

    def __init__(self, client: QueueClient) -> None:
        self._client = client
        #: Set when this host itself sent a message, which a listener need not wait for then
        #: (SharedQueueWatcher).
        self.sent = asyncio.Event()

    @property
    def name(self) -> str:
        """Return the name of the queue."""
        return self._client.queue_name

    async def create(self) -> None:
        """Create the queue unless it exists."""
        with suppress(ResourceExistsError):
            await asyncio.to_thread(self._client.create_queue)

    async def receive(self, count: int, hidden: timedelta) -> list[QueueMessage]:
        """Take up to `count` messages, hidden from others for that time; none if it is missing."""
        pages = self._client.receive_messages(
            messages_per_page=count, visibility_timeout=int(hidden.total_seconds())
        ).by_page()
        return list(await asyncio.to_thread(next, pages, ()))

    async def hide(self, message: QueueMessage, hidden: timedelta) -> None:
        """Keep a message that we hold hidden for that time from now on; zero gives it back."""
        with _lost_messages_left_alone(message):
            held = await asyncio.to_thread(
                self._client.update_message,
                message.id,
                message.pop_receipt,
                visibility_timeout=int(hidden.total_seconds()),
            )
            message.pop_receipt = held.pop_receipt

    async def delete(self, message: QueueMessage) -> None:
        """Delete a message that we hold."""
        with _lost_messages_left_alone(message):
            await asyncio.to_thread(self._client.delete_message, message.id, message.pop_receipt)

    async def send(self, text: str, time_to_live: int | None = None) -> None:
        """Add a message, creating the queue if need be; a time to live of -1 is for ever."""
        send = partial(self._client.send_message, text, time_to_live=time_to_live)
        try:
            await asyncio.to_thread(send)
        except ResourceNotFoundError:
            await self.create()
            await asyncio.to_thread(send)
        self.sent.set()


@contextmanager
def _lost_messages_left_alone(message: QueueMessage) -> Iterator[None]:
    """Do nothing about a message that someone else took over or deleted (QueueProcessor)."""
    try:
        yield
    except ResourceNotFoundError:
        log.debug("message %s is gone", message.id)
    except HttpResponseError as error:
        if getattr(error, "error_code", None) != StorageErrorCode.POP_RECEIPT_MISMATCH:
            raise
        log.debug("message %s was taken over", message.id)
