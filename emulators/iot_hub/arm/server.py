"""The management plane on a socket of its own, beside those of the hubs that it manages."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from emulators.iot_hub import certificate
from emulators.iot_hub.arm import app
from emulators.iot_hub.arm.management import Management
from emulators.iot_hub.certificate import Certificate
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.server import RunningHub, https
from emulators.iot_hub.server import listen as listen_hub


@dataclass(frozen=True, slots=True)
class RunningManagement:
    """A management plane that clients can reach, and the plane itself."""

    management: Management
    port: int
    ca_file: Path

    @property
    def base_url(self) -> str:
        """What clients take in place of https://management.azure.com."""
        return f"https://localhost:{self.port}"

    @property
    def hubs(self) -> Mapping[str, RunningHub]:
        """The hubs that are managed, by name in lower case."""
        return self.management.hubs


@contextmanager
def serve(*hubs: Hub) -> Iterator[RunningManagement]:
    """Serve hubs and their management on free ports until the block ends, and close the hubs."""
    with TemporaryDirectory() as scratch, ExitStack() as stack:
        files = certificate.make(Path(scratch))
        running = []
        for hub in hubs:
            stack.enter_context(hub)
            running.append(stack.enter_context(listen_hub(hub, 0, files)))
        yield stack.enter_context(listen(Management(running), 0, files))


@contextmanager
def listen(management: Management, port: int, files: Certificate) -> Iterator[RunningManagement]:
    """Serve a management plane with a certificate that is there already."""
    with https(app.build(management), port, files) as bound:
        yield RunningManagement(management, bound, files.ca_file)
