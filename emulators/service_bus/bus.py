"""One namespace: its entities, its faults, and the connections to it. Lives in one event loop."""

import asyncio
import time
from typing import Final

from emulators.service_bus.amqp.connection import AmqpConnection
from emulators.service_bus.amqp.peer import Peer
from emulators.service_bus.config import Config
from emulators.service_bus.state.broker import Broker
from emulators.service_bus.state.entity import Statistics
from emulators.service_bus.state.faults import Faults
from emulators.service_bus.state.tokens import Authority


HOST: Final = "127.0.0.1"
#: Seconds between two looks at locks, schedules, and times to live.
TICK: Final = 0.05


class Bus:
    """What the clients of one namespace share."""

    def __init__(self, config: Config, authority: Authority) -> None:
        self._broker = Broker(config, time.time)
        self._faults = Faults()
        self._authority = authority
        self._alive: set[AmqpConnection] = set()

    async def start(self, port: int) -> int:
        """Listen on loopback; return the port, chosen by the system for 0.

        Raises:
            OSError: The port is taken.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connect, HOST, port)
        self._tick()
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Hang up on everyone."""
        self._next_tick.cancel()
        self._server.close()
        self._server.close_clients()
        await self._server.wait_closed()

    def statistics(self, entity: str) -> Statistics:
        """Count the messages of an entity; see `RunningBus`."""
        return self._broker.entity(entity).statistics()

    def fail_sends(self, entity: str, condition: str, times: int) -> None:
        """Reject the next sends; see `RunningBus`."""
        self._faults.fail_sends(self._broker.entity(entity).name, condition, times)

    def hold_acks(self, entity: str) -> None:
        """Withhold acknowledgements; see `RunningBus`."""
        self._faults.hold_acks(self._broker.entity(entity).name)

    def release_acks(self, entity: str) -> None:
        """Send what was withheld; see `RunningBus`."""
        self._faults.release_acks(self._broker.entity(entity).name)
        self._deliver()

    def _connect(self) -> AmqpConnection:
        peer = Peer(self._broker, self._authority, self._faults, time.time)
        return AmqpConnection(peer, self._alive, self._deliver)

    def _tick(self) -> None:
        self._next_tick = asyncio.get_running_loop().call_later(TICK, self._tick)
        self._deliver()

    def _deliver(self) -> None:
        """Hand out what is available, in turn, one message a link; then send it all."""
        self._broker.advance()
        while sum(connection.peer.deliver() for connection in self._alive):
            pass
        for connection in self._alive:
            connection.flush(time.monotonic())
