"""The hub on a socket: HTTPS on 127.0.0.1, with a certificate that it makes itself."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from emulators.iot_hub import app, certificate
from emulators.iot_hub.certificate import Certificate
from emulators.iot_hub.hub import Hub


#: How long a stop waits for operations that are under way.
STOP_SECONDS: Final = 5
OWNER: Final = "iothubowner"


@dataclass(frozen=True, slots=True)
class RunningHub:
    """A hub that clients can reach, and the hub itself for a look behind the scenes."""

    hub: Hub
    port: int
    ca_file: Path

    @property
    def host(self) -> str:
        """Host and port, as clients name the hub."""
        return f"localhost:{self.port}"

    @property
    def base_url(self) -> str:
        """Where the REST API begins."""
        return f"https://{self.host}"

    @property
    def connection_string(self) -> str:
        """What the SDKs take; it names the owner's policy."""
        key = self.hub.policies[OWNER].key
        return f"HostName={self.host};SharedAccessKeyName={OWNER};SharedAccessKey={key}"


@contextmanager
def serve(hub: Hub, port: int = 0, certs: Path | None = None) -> Iterator[RunningHub]:
    """Serve the hub until the block ends, and close it then.

    Args:
        hub: A hub of its own for every call.
        port: Where to listen; 0 takes any free port.
        certs: Folder for the certificate and for `ca.pem`, which clients have to trust; without
            it they lie in a folder that goes with the server.
    """
    with TemporaryDirectory() as scratch, hub:
        files = certificate.make(certs or Path(scratch))
        with listen(hub, port, files) as running:
            yield running


@contextmanager
def listen(hub: Hub, port: int, files: Certificate) -> Iterator[RunningHub]:
    """Serve the hub with a certificate that is there already; the hub stays open."""
    with https(app.build(hub), port, files) as bound:
        yield RunningHub(hub, bound, files.ca_file)


@contextmanager
def https(application: ASGIApp, port: int, files: Certificate) -> Iterator[int]:
    """Serve an application until the block ends, and yield its port; 0 takes any free one."""
    server = _Server(application, files)
    listener = socket.create_server(("127.0.0.1", port))
    # What is accepted inherits it; asyncio would not set it on a listener that is given to it,
    # and every answer would wait 40 ms for the client's acknowledgement of its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    bound: int = listener.getsockname()[1]
    thread = Thread(target=server.run, args=([listener],), name=f"https {bound}")
    thread.start()
    server.ready.wait()
    try:
        yield bound
    finally:
        server.should_exit = True
        thread.join()


class _Connection(H11Protocol):
    """A connection that shows its transport to the application, so that faults can cut it."""

    def connection_made(  # type: ignore[override]  # uvicorn narrows the argument in the same way
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """A uvicorn that says when it is ready, and waits for no client when it stops."""

    def __init__(self, application: ASGIApp, files: Certificate) -> None:
        self.ready = Event()
        super().__init__(
            uvicorn.Config(
                application,
                http=_Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                server_header=False,
                ssl_certfile=files.certificate_file,
                ssl_keyfile=files.key_file,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        # Here, and not in the thread, so that whoever starts the server sees what is wrong.
        self.config.load()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Clients keep connections alive, and TLS waits for them to say goodbye.
        for server in self.servers:
            server.close()
            server.abort_clients()
        await super().shutdown(sockets)
