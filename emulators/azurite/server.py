"""Start Azurite, learn from its own words which ports it got, and stop it again."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO, Final


#: The account and key that every Azurite knows; published by Microsoft, so no secret.
ACCOUNT_NAME: Final = "devstoreaccount1"
ACCOUNT_KEY: Final = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)

SCRIPT: Final = Path(__file__).parent / "node_modules/azurite/dist/src/azurite.js"
#: Node leaves when its stdin closes, that is, when we are gone, even killed: no orphan stays.
LEAVE_WITH_PARENT: Final = (
    "data:text/javascript,"
    'process.stdin.on("end",()=>process.kill(process.pid,"SIGTERM")).resume().unref()'
)
#: The SDKs in use are newer than the newest API version that Azurite 3.37 knows.
OPTIONS: Final = ("--skipApiVersionCheck", "--disableTelemetry", "--silent")
SERVICES: Final = ("Blob", "Queue", "Table")
#: After so long without a call a connection is closed. Azurite's own 5 seconds pass on a busy
#: machine while a call is already on its way, which then gets no answer.
IDLE_SECONDS: Final = 600
START_SECONDS: Final = 60
STOP_SECONDS: Final = 15


class AzuriteFailed(Exception):
    """Azurite cannot run, or did not run on; the message says what to do."""


@dataclass(frozen=True, slots=True)
class RunningAzurite:
    """One running Azurite; `process` tells whether it still runs."""

    process: subprocess.Popen[str]
    #: Base URLs, the account name included, without a slash at the end.
    blob_endpoint: str
    queue_endpoint: str
    table_endpoint: str

    @property
    def connection_string(self) -> str:
        """What clients and app settings take to reach all three services."""
        return (
            f"DefaultEndpointsProtocol={self.blob_endpoint.partition(':')[0]};"
            f"AccountName={ACCOUNT_NAME};AccountKey={ACCOUNT_KEY};"
            f"BlobEndpoint={self.blob_endpoint};"
            f"QueueEndpoint={self.queue_endpoint};"
            f"TableEndpoint={self.table_endpoint};"
        )


@contextmanager
def serve(
    location: Path | None = None, certificate: tuple[Path, Path] | None = None
) -> Iterator[RunningAzurite]:
    """Run an Azurite of its own on 127.0.0.1 until the block ends.

    Args:
        location: Folder that keeps the data; without it the data lives in memory.
        certificate: PEM files of a certificate and its private key. With them Azurite speaks
            HTTPS and takes OAuth tokens (`--oauth basic` checks claims, not signatures), which
            user-delegation SAS needs; clients pass `connection_verify=<certificate>`.

    Raises:
        AzuriteFailed: Node or Azurite is not installed, Azurite did not start, or it ended before
            the block did.
    """
    with _launch(_command(location, certificate)) as process:
        try:
            yield RunningAzurite(process, *_endpoints(process))
            _refuse_if_ended(process)
        finally:
            _stop(process)


def _command(location: Path | None, certificate: tuple[Path, Path] | None) -> list[str]:
    node = shutil.which("node")
    if node is None or not SCRIPT.exists():
        missing = "Azurite" if node else "Node.js"
        message = f"{missing} is not installed: run `make setup` (it needs Node 20 or later)"
        raise AzuriteFailed(message)
    ports = [
        f"--{service.lower()}{option}"
        for service in SERVICES
        for option in ("Port=0", f"KeepAliveTimeout={IDLE_SECONDS}")
    ]
    data = ["--location", str(location)] if location else ["--inMemoryPersistence"]
    tls = [*zip(("--cert", "--key"), map(str, certificate), strict=True)] if certificate else []
    oauth = [word for option in [*tls, ("--oauth", "basic")] for word in option] if tls else []
    return [node, "--import", LEAVE_WITH_PARENT, str(SCRIPT), *ports, *data, *OPTIONS, *oauth]


def _launch(command: list[str]) -> subprocess.Popen[str]:
    """Start Node in a session of its own: Ctrl-C reaches us, and we stop Azurite in good order."""
    return subprocess.Popen(  # noqa: S603 - our own command line
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _endpoints(process: subprocess.Popen[str]) -> Iterator[str]:
    """Wait for "... service is successfully listening at <url>" of each service in turn."""
    deadline = Timer(START_SECONDS, process.kill)
    deadline.start()
    try:
        for service in SERVICES:
            yield f"{_announced(service, process.stdout)}/{ACCOUNT_NAME}"
    finally:
        deadline.cancel()


def _announced(service: str, output: IO[str] | None) -> str:
    for line in output or ():
        before, _, url = line.partition(" is successfully listening at ")
        if url and service in before:
            return url.strip()
    message = "Azurite ended before it was ready; its own words are on stderr"
    raise AzuriteFailed(message)


def _refuse_if_ended(process: subprocess.Popen[str]) -> None:
    """Say so where clients could only say that storage does not answer."""
    if (code := process.poll()) is not None:
        message = f"Azurite ended by itself, with code {code}; its own words are on stderr"
        raise AzuriteFailed(message)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
