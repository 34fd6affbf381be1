"""Takes messages from one queue, has them handled side by side, and retries or gives up on them.

The rules are those of QueueListener and QueueProcessor in Microsoft's storage extension.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from azure.core.exceptions import AzureError
from azure.storage.queue import QueueMessage

from emulators.functions_host.message_queue import MessageQueue
from emulators.functions_host.polling import back_off, pause


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a listener takes on and how long it keeps trying."""

    batch_size: int
    #: The next batch is fetched when no more than this many messages are being handled.
    new_batch_threshold: int
    max_dequeue_count: int
    #: How long a message stays hidden after it could not be handled.
    visibility_timeout: timedelta
    max_polling_interval: timedelta
    #: How long a message is hidden while it is handled; renewed at half time.
    hidden: timedelta


class Hopeless(Exception):
    """A message that no further try can help: it goes to the poison queue at once."""


class MessageHandler(Protocol):
    """What is done with the messages of a queue."""

    async def handle(self, message: QueueMessage, /) -> bool:
        """Handle a message; tell whether it is done with. May raise Hopeless or AzureError."""
        ...

    def poison_queue(self, message: QueueMessage, /) -> MessageQueue | None:
        """Return where the message goes after too many tries; None keeps it where it is."""
        ...


class QueueListener:
    """Listens to a queue until told to stop, then waits for what is being handled."""

    def __init__(self, queue: MessageQueue, handler: MessageHandler, limits: Limits) -> None:
        self._queue = queue
        self._handler = handler
        self._limits = limits
        self._handling: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Poll; the less there is, the slower."""
        longest = self._limits.max_polling_interval.total_seconds()
        delays = back_off(longest)
        async with asyncio.TaskGroup() as group:
            while not stop.is_set():
                if batch := await self._receive():
                    self._start(group, batch)
                    await self._room()
                    delays = back_off(longest)
                else:
                    await pause(next(delays), stop, self._queue.sent)
                    self._queue.sent.clear()

    async def _receive(self) -> list[QueueMessage]:
        try:
            return await self._queue.receive(self._limits.batch_size, self._limits.hidden)
        except AzureError as error:
            log.warning("queue %s cannot be read: %s", self._queue.name, error)
            return []

    def _start(self, group: asyncio.TaskGroup, batch: list[QueueMessage]) -> None:
        for message in batch:
            task = group.create_task(self._process(message))
            self._handling.add(task)
            task.add_done_callback(self._handling.discard)

    async def _room(self) -> None:
        while len(self._handling) > self._limits.new_batch_threshold:
            await asyncio.wait(self._handling, return_when=asyncio.FIRST_COMPLETED)

    async def _process(self, message: QueueMessage) -> None:
        try:
            await self._settle(message, message.dequeue_count or 0)
        except AzureError as error:
            # The message comes back by itself when it is no longer hidden.
            log.warning("message %s of %s: %s", message.id, self._queue.name, error)

    async def _settle(self, message: QueueMessage, tries: int) -> None:
        most = self._limits.max_dequeue_count
        try:
            done = tries <= most and await self._handle(message)
        except Hopeless as error:
            log.warning("message %s of %s: %s", message.id, self._queue.name, error)
            await self._give_up(message)
            return
        if done:
            await self._queue.delete(message)
        elif tries >= most:
            await self._give_up(message)
        elif self._handler.poison_queue(message):  # Without one it stays hidden, lest it spin.
            await self._queue.hide(message, self._limits.visibility_timeout)

    async def _handle(self, message: QueueMessage) -> bool:
        async with self._kept_hidden(message):
            return await self._handler.handle(message)

    async def _give_up(self, message: QueueMessage) -> None:
        if poison := self._handler.poison_queue(message):
            await poison.send(message.content, time_to_live=-1)
            await self._queue.delete(message)
            log.warning("message %s was given up: moved to %s", message.id, poison.name)

    @asynccontextmanager
    async def _kept_hidden(self, message: QueueMessage) -> AsyncIterator[None]:
        handled = asyncio.Event()
        renewal = asyncio.create_task(self._renew(message, handled))
        try:
            yield
        finally:
            # Not cancelled: a renewal under way changes the receipt that deleting needs.
            handled.set()
            await renewal

    async def _renew(self, message: QueueMessage, handled: asyncio.Event) -> None:
        while not await pause(self._limits.hidden.total_seconds() / 2, handled):
            try:
                await self._queue.hide(message, self._limits.hidden)
            except AzureError as error:
                log.warning("message %s could not be kept hidden: %s", message.id, error)
