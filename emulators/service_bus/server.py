"""Serves a namespace from a thread of its own."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Final

from emulators.service_bus.bus import HOST, Bus
from emulators.service_bus.config import Config
from emulators.service_bus.state.entity import Statistics
from emulators.service_bus.state.tokens import Authority


#: The rule and the key of Microsoft's emulator; published, so no secret.
KEY_NAME: Final = "RootManageSharedAccessKey"
KEY: Final = "SAS_KEY_VALUE"


@dataclass(frozen=True, slots=True)
class RunningBus:
    """A namespace that is being served. Its methods may be called from any thread.

    Entities are named by path: `queue`, `topic`, `topic/Subscriptions/name`, and all but topics
    also with `/$DeadLetterQueue` behind. For other names the methods raise EntityNotFound.
    """

    port: int
    _bus: Bus
    _loop: asyncio.AbstractEventLoop

    @property
    def connection_string(self) -> str:
        """What clients take. The value `true` must be in lower case, or the SDK wants TLS."""
        return (
            f"Endpoint=sb://{HOST}:{self.port};SharedAccessKeyName={KEY_NAME};"
            f"SharedAccessKey={KEY};UseDevelopmentEmulator=true;"
        )

    def statistics(self, entity: str) -> Statistics:
        """Count the messages of an entity."""
        return self._call(self._bus.statistics, entity)

    def fail_sends(self, entity: str, condition: str, times: int = 1) -> None:
        """Reject the next sends with an AMQP condition such as `com.microsoft:server-busy`.

        A batch is one send. Raises ValueError for less than one time.
        """
        self._call(self._bus.fail_sends, entity, condition, times)

    def hold_acks(self, entity: str) -> None:
        """Accept and store messages from now on without telling the sender, which hangs."""
        self._call(self._bus.hold_acks, entity)

    def release_acks(self, entity: str) -> None:
        """Tell the senders that still wait, and go back to telling all."""
        self._call(self._bus.release_acks, entity)

    def _call[T](self, function: Callable[..., T], *arguments: object) -> T:
        async def call() -> T:
            return function(*arguments)

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result()


@contextmanager
def serve(config: Config, port: int = 0) -> Iterator[RunningBus]:
    """Serve a namespace of its own on 127.0.0.1 until the block ends; port 0 is any free one.

    Raises:
        OSError: The port is taken.
    """
    bus = Bus(config, Authority(KEY_NAME, KEY, time.time))
    with _event_loop() as loop:
        bound = asyncio.run_coroutine_threadsafe(bus.start(port), loop).result()
        try:
            yield RunningBus(bound, bus, loop)
        finally:
            asyncio.run_coroutine_threadsafe(bus.stop(), loop).result()


@contextmanager
def _event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="service-bus")
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
