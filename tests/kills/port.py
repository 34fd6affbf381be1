"""A port in front of a service, which can be closed and opened again."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from typing import Final


HOST: Final = "127.0.0.1"
_CHUNK: Final = 65536


class Port:
    """Passes connections on to a service.

    While it is closed, connections are refused, and those that were open are cut.

    Args:
        service: The service's own port.
    """

    def __init__(self, service: int) -> None:
        self._service = service
        self._ends: list[socket.socket] = []
        self._one_at_a_time = Lock()
        self.number = 0
        self.open()

    def open(self) -> None:
        """Listen; always at the same number."""
        self._listener = socket.create_server((HOST, self.number))
        self.number = self._listener.getsockname()[1]
        self._accepting = Thread(target=self._accept, args=[self._listener], daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Refuse new connections, and cut the others."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
        with self._one_at_a_time:
            ends, self._ends = self._ends, []
        for end in ends:
            _cut(end)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection((HOST, self._service))
            with self._one_at_a_time:
                self._ends += [client, server]
            for one, other in ((client, server), (server, client)):
                Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(source: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            to.sendall(data)
    _cut(source)
    _cut(to)


def _cut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def in_front_of(service: int) -> Iterator[Port]:
    """Open a port until the block ends."""
    port = Port(service)
    try:
        yield port
    finally:
        port.close()
