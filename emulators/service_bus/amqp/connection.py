"""AMQP on a socket: Proton's protocol engine, which does no I/O of its own, on asyncio."""

import asyncio
from collections.abc import Callable
from typing import cast

from proton import Collector, Connection, Transport

from emulators.service_bus.amqp.peer import Peer


class AmqpConnection(asyncio.Protocol):
    """Feeds Proton with what comes, lets the peer react, and sends what Proton has to say."""

    def __init__(
        self, peer: Peer, alive: set["AmqpConnection"], on_activity: Callable[[], None]
    ) -> None:
        """Stay in `alive` while connected; call `on_activity` after each reaction of the peer."""
        self.peer = peer
        self._alive = alive
        self._on_activity = on_activity
        self._events = Collector()
        self._connection = Connection()
        self._connection.collect(self._events)
        self._engine = Transport(Transport.SERVER)
        sasl = self._engine.sasl()
        sasl.allow_insecure_mechs = True
        sasl.allowed_mechs("ANONYMOUS")
        self._engine.bind(self._connection)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write to."""
        self._socket = cast("asyncio.WriteTransport", transport)
        self._alive.add(self)

    def data_received(self, data: bytes) -> None:
        """Take in bytes, as many at a time as the engine has room for."""
        while data and (room := self._engine.capacity()) > 0:
            self._engine.push(data[:room])
            data = data[room:]
            self._react()
        self._on_activity()

    def connection_lost(self, exc: Exception | None) -> None:
        """Clean up; the client may not have closed its links."""
        del exc
        self._alive.discard(self)
        self.peer.disconnected()
        self._on_activity()

    def flush(self, now: float) -> None:
        """Send what is waiting, heartbeats included; `now` is in seconds of any steady clock."""
        self._engine.tick(now)
        self._react()
        while (waiting := self._engine.pending()) > 0:
            self._socket.write(self._engine.peek(waiting) or b"")
            self._engine.pop(waiting)
        if waiting < 0:
            self._socket.close()

    def _react(self) -> None:
        while event := self._events.peek():
            event.dispatch(self.peer)
            self._events.pop()
