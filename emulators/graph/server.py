"""The tenant on a socket: HTTPS on 127.0.0.1, with a certificate that it makes itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from emulators.graph import app
from emulators.graph.tenant import Tenant
from emulators.iot_hub import certificate
from emulators.iot_hub.server import https


@dataclass(frozen=True, slots=True)
class RunningGraph:
    """A Graph that clients can reach, and its tenant for a look behind the scenes."""

    tenant: Tenant
    port: int
    ca_file: Path

    @property
    def base_url(self) -> str:
        """What stands for https://graph.microsoft.com."""
        return f"https://localhost:{self.port}"


@contextmanager
def serve(tenant: Tenant, port: int = 0, certs: Path | None = None) -> Iterator[RunningGraph]:
    """Serve the tenant until the block ends, and close it then.

    Args:
        tenant: A tenant of its own for every call.
        port: Where to listen; 0 takes any free port.
        certs: Folder for the certificate and for `ca.pem`, which clients have to trust; without
            it they lie in a folder that goes with the server.
    """
    with TemporaryDirectory() as scratch, tenant:
        files = certificate.make(certs or Path(scratch))
        with https(app.build(tenant), port, files) as bound:
            yield RunningGraph(tenant, bound, files.ca_file)
