"""A server on loopback that answers what it was told to, and remembers what it was asked."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

from tests.entra import make_certificate


@dataclass(frozen=True)
class Scripted:
    """One answer."""

    status: int = 200
    body: bytes = b"[]"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class ScriptedHub:
    """What a client is told, in this order; the last answer is given again and again."""

    host: str
    ca_file: str
    answers: list[Scripted] = field(default_factory=list)
    #: Verb and Authorization of every request.
    requests: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def scripted_hub(folder: Path) -> Iterator[ScriptedHub]:
    """Serve until the block ends; the certificate is written to `folder`."""
    certificate, key = make_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    class Handler(_Handler):
        pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Handler.hub = ScriptedHub(f"127.0.0.1:{server.server_port}", str(certificate))
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Handler.hub
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: ClassVar[ScriptedHub]

    def do_GET(self) -> None:
        """Give the next answer."""
        hub = self.hub
        hub.requests.append((self.command, self.headers.get("Authorization", "")))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = hub.answers.pop(0) if len(hub.answers) > 1 else hub.answers[0]
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_PUT = do_HEAD = do_DELETE = do_GET  # noqa: N815 - the names http.server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""
