"""One face for both halves of azure-servicebus, so that one test is a test of both."""

import asyncio
import inspect
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import chain
from threading import Thread
from typing import Any, NamedTuple

from azure.servicebus import ServiceBusClient
from azure.servicebus.aio import ServiceBusClient as AioServiceBusClient

from emulators.service_bus.server import RunningBus


class Blocking:
    """An object of the aio half, used like its sync twin: a loop elsewhere does the work."""

    def __init__(self, wrapped: Any, loop: asyncio.AbstractEventLoop):
        self.wrapped = wrapped
        self.loop = loop

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.wrapped, name)
        if callable(found):
            return lambda *arguments, **options: self._run(lambda: found(*arguments, **options))
        return self._wrap(found)

    def __enter__(self):
        return self._run(self.wrapped.__aenter__)

    def __exit__(self, *error):
        self._run(lambda: self.wrapped.__aexit__(*error))

    def __iter__(self) -> Iterator[Any]:
        async def rest():
            return [one async for one in self.wrapped]

        return iter(self._run(rest))

    def _run(self, function: Callable[[], Any]) -> Any:
        async def run():
            result = function()
            return await result if inspect.isawaitable(result) else result

        return self._wrap(asyncio.run_coroutine_threadsafe(run(), self.loop).result())

    def _wrap(self, found: Any) -> Any:
        kind = type(found)
        is_aio = kind.__module__.startswith("azure.servicebus.aio") or hasattr(kind, "__aiter__")
        return Blocking(found, self.loop) if is_aio else found


@contextmanager
def sync_client(connection_string: str, **options: Any) -> Iterator[ServiceBusClient]:
    with ServiceBusClient.from_connection_string(connection_string, **options) as client:
        yield client


@contextmanager
def aio_client(connection_string: str, **options: Any) -> Iterator[Blocking]:
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        client = AioServiceBusClient.from_connection_string(connection_string, **options)
        with Blocking(client, loop) as blocking:
            yield blocking
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Pair(NamedTuple):
    sender: Any
    receiver: Any


@dataclass
class Half:
    """One half of the SDK with a namespace of its own."""

    bus: RunningBus
    client: Any  #: does not retry
    #: Makes another client of this half: takes a connection string and options of the client.
    another_client: Callable[..., AbstractContextManager[Any]]
    queues: dict[str, Pair]
    links: dict[str, Any]

    def handlers(self) -> Iterator[Any]:
        """All senders and receivers."""
        return chain(*self.queues.values(), self.links.values())


@contextmanager
def opened(handlers: Iterable[Any]) -> Iterator[None]:
    """Senders and receivers, open for a block. The SDK sleeps over each; here they do at once."""
    handlers = list(handlers)
    with ThreadPoolExecutor(max(1, len(handlers))) as pool:
        list(pool.map(lambda handler: handler.__enter__(), handlers))
        try:
            yield
        finally:
            list(pool.map(lambda handler: handler.close(), handlers))


def receive(receiver: Any, count: int = 1) -> list[Any]:
    """As many messages as said, each within five seconds of the one before."""
    received: list[Any] = []
    while len(received) < count:
        more = receiver.receive_messages(count - len(received), max_wait_time=5)
        assert more, f"{len(received)} of {count} messages came"
        received += more
    return received


def complete(receiver: Any, count: int = 1) -> list[Any]:
    """As many messages as said, for good."""
    received = receive(receiver, count)
    for message in received:
        receiver.complete_message(message)
    return received


def is_empty(receiver: Any) -> bool:
    """Nothing comes for a while."""
    return not receiver.receive_messages(1, max_wait_time=0.3)
