"""Builds the listener that each trigger of an app needs."""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Protocol

from azure.core.exceptions import ResourceExistsError

from emulators.functions_host.accounts import Accounts
from emulators.functions_host.bindings import HOST_STORAGE, BindingRejected, function_id
from emulators.functions_host.blob_path import BlobPath
from emulators.functions_host.blob_scanner import BlobScanner, Receipts
from emulators.functions_host.blob_trigger import BlobTrigger, BlobTriggers
from emulators.functions_host.invoker import Invoker
from emulators.functions_host.message_queue import ENCODINGS
from emulators.functions_host.queue_listener import Limits, QueueListener
from emulators.functions_host.queue_trigger import POISON_SUFFIX, QueueTrigger
from emulators.functions_host.schedule import parse_schedule
from emulators.functions_host.schedule_monitor import ScheduleMonitor
from emulators.functions_host.settings import HostOptions
from emulators.functions_host.timer_trigger import TimerTrigger
from emulators.functions_host.worker import Binding


log = logging.getLogger(__name__)

#: Where the host keeps receipts and timers, in its own account (HostContainerNames).
HOST_CONTAINER: Final = "azure-webjobs-hosts"
BLOB_POISON_QUEUE: Final = "webjobs-blobtrigger-poison"
#: The most messages that one request to a queue returns.
LARGEST_BATCH: Final = 32


class Listener(Protocol):
    """Waits for something and invokes functions."""

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until the event is set, then end what was begun."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things take that the real host leaves no choice about; tests are in a hurry."""

    #: How long a message is hidden while its function runs, before it is renewed.
    hidden: timedelta = timedelta(minutes=10)
    #: Between two looks into a container.
    scan: timedelta = timedelta(seconds=2)


class Listeners:
    """Builds listeners for one app on one storage account of the host."""

    def __init__(
        self, accounts: Accounts, options: HostOptions, pace: Pace, host_id: str, invoker: Invoker
    ) -> None:
        self._accounts = accounts
        self._queues = options.extensions.queues
        self._blobs = options.extensions.blobs
        self._pace = pace
        self._host_id = host_id
        self._invoker = invoker
        self._encoding = ENCODINGS[self._queues.message_encoding]
        self._container = accounts.blobs(HOST_STORAGE).get_container_client(HOST_CONTAINER)

    async def build(self, triggers: Mapping[str, Binding]) -> list[Listener]:
        """Return the listeners for the triggers, which are given by function.

        Creates the host's container and the queues that are listened to. Raises BindingRejected,
        or AzureError when the storage cannot be reached.
        """
        with suppress(ResourceExistsError):
            await asyncio.to_thread(self._container.create_container)
        blob_triggers = [self._blob_trigger(*each) for each in _of_type("blobTrigger", triggers)]
        return [
            *[self._timer(*each) for each in _of_type("timerTrigger", triggers)],
            *[await self._queue_listener(*each) for each in _of_type("queueTrigger", triggers)],
            *(await self._blob_listeners(blob_triggers) if blob_triggers else ()),
        ]

    def _timer(self, function: str, trigger: Binding) -> TimerTrigger:
        with _reasons_for(function):
            schedule = parse_schedule(trigger["schedule"])
        monitored = trigger.get("useMonitor", True) and not schedule.is_under_a_minute
        status = f"timers/{self._host_id}/{function_id(function)}/status"
        monitor = ScheduleMonitor(self._container.get_blob_client(status))
        return TimerTrigger(
            function=function,
            schedule=schedule,
            monitor=monitor if monitored else None,
            run_on_startup=trigger.get("runOnStartup", False),
            invoker=self._invoker,
        )

    async def _queue_listener(self, function: str, trigger: Binding) -> QueueListener:
        connection, name = trigger.get("connection"), trigger["queueName"]
        queue = self._accounts.queue(connection, name)
        await queue.create()
        poison = self._accounts.queue(connection, queue.name + POISON_SUFFIX)
        handler = QueueTrigger(
            function=function,
            queue=queue.name,
            poison=None if queue.name.endswith(POISON_SUFFIX) else poison,
            encoding=self._encoding,
            invoker=self._invoker,
        )
        return QueueListener(queue, handler, self._queue_limits())

    def _blob_trigger(self, function: str, trigger: Binding) -> BlobTrigger:
        with _reasons_for(function):
            path = BlobPath.parse(trigger["path"])
        if trigger.get("source") == "EventGrid":
            log.info("%s: there is no Event Grid here, so its container is scanned", function)
        connection = trigger.get("connection")
        return BlobTrigger(
            function=function,
            binding=trigger,
            path=path,
            blobs=self._accounts.blobs(connection),
            poison=self._accounts.queue(connection, BLOB_POISON_QUEUE),
        )

    async def _blob_listeners(self, triggers: list[BlobTrigger]) -> list[Listener]:
        queue = self._accounts.queue(HOST_STORAGE, f"azure-webjobs-blobtrigger-{self._host_id}")
        await queue.create()
        told = BlobTriggers(triggers, queue, self._encoding, self._invoker)
        receipts = Receipts(self._container, self._host_id)
        scanners = (BlobScanner(each, receipts, told.tell, self._pace.scan) for each in triggers)
        return [QueueListener(queue, told, self._blob_limits()), *scanners]

    def _queue_limits(self) -> Limits:
        return Limits(
            batch_size=self._queues.batch_size,
            new_batch_threshold=self._queues.new_batch_threshold,
            max_dequeue_count=self._queues.max_dequeue_count,
            visibility_timeout=self._queues.visibility_timeout,
            max_polling_interval=self._queues.max_polling_interval,
            hidden=self._pace.hidden,
        )

    def _blob_limits(self) -> Limits:
        """Return the limits for the host's own queue (BlobsOptionsToQueuesOptions)."""
        most = self._blobs.max_degree_of_parallelism
        batch = min(LARGEST_BATCH, most // 2 + 1)
        return replace(
            self._queue_limits(),
            batch_size=batch,
            new_batch_threshold=most - batch,
            max_dequeue_count=self._blobs.poison_blob_threshold,
            visibility_timeout=timedelta(0),
        )


def _of_type(kind: str, triggers: Mapping[str, Binding]) -> Iterator[tuple[str, Binding]]:
    return ((name, trigger) for name, trigger in triggers.items() if trigger["type"] == kind)


@contextmanager
def _reasons_for(function: str) -> Iterator[None]:
    """Let a value that cannot be used be refused with the name of its function."""
    try:
        yield
    except ValueError as error:
        message = f"function {function}: {error}"
        raise BindingRejected(message) from error
