"""The blob containers of a job: what the hub reads from and writes to, and whether it may.

Source of the refusals: the Azure CLI's tests and a live hub; both are told before a job exists.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

from azure.core.credentials import AzureNamedKeyCredential, TokenCredential
from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob import ContainerClient

from emulators.iot_hub.errors import container_refused


UNREADABLE: Final = "Failed to read {} blob from the input container."
#: What the hub does with a blob of its own to try the rights on an output container.
UNAUTHORIZED: Final = "Unauthorized to {} output blob container."


@dataclass(frozen=True, slots=True)
class Containers:
    """A way to containers: a credential by the scheme of a URI, else the SAS in the URI."""

    credentials: Mapping[str, TokenCredential | AzureNamedKeyCredential] = field(
        default_factory=dict, repr=False
    )
    #: Whom to trust instead of the usual authorities.
    ca_file: Path | None = None

    @contextmanager
    def open(self, uri: str) -> Iterator[ContainerClient]:
        """Open a container. Nothing is tried twice: a job without storage should say so.

        Raises:
            ValueError: The URI is not one of a container.
        """
        credential = self.credentials.get(urlsplit(uri).scheme)
        options: dict[str, Any] = {"connection_verify": str(self.ca_file)} if self.ca_file else {}
        # With a credential of the hub's own, the SDK passes over a SAS.
        client = ContainerClient.from_container_url(uri, credential, retry_total=0, **options)
        with client:
            yield client

    def check_input(self, uri: str, kind: str, blob: str) -> None:
        """Make sure that a blob to import can be read, by reading it.

        Args:
            uri: The container's.
            kind: What is in the blob, for the message.
            blob: The blob's name.

        Raises:
            JobRefused: 400008.
        """
        with _or_refuse(UNREADABLE.format(kind)), self.open(uri) as client:
            client.get_blob_client(blob).get_blob_properties()

    def check_output(self, uri: str) -> None:
        """Make sure that blobs can be written, read and deleted, by doing all three.

        Raises:
            JobRefused: 400008.
        """
        name = f"iot-hub-access-check-{uuid4()}"
        with _or_refuse(UNAUTHORIZED.format("write to")), self.open(uri) as client:
            client.upload_blob(name, b"")
        with _or_refuse(UNAUTHORIZED.format("read from")), self.open(uri) as client:
            client.get_blob_client(name).get_blob_properties()
        with _or_refuse(UNAUTHORIZED.format("delete from")), self.open(uri) as client:
            client.delete_blob(name)


def read_lines(client: ContainerClient, blob: str) -> Iterator[str]:
    """Stream the lines of a blob, without line ends, byte order mark and blank lines."""
    rest = b""
    for chunk in client.download_blob(blob).chunks():
        *whole, rest = (rest + chunk).split(b"\n")
        yield from _texts(whole)
    yield from _texts([rest])


def _texts(lines: list[bytes]) -> Iterator[str]:
    """Decode as .NET's StreamReader does: what is not UTF-8 becomes U+FFFD."""
    texts = (line.decode("utf-8", "replace").removeprefix("\ufeff") for line in lines)
    return (text.rstrip("\r") for text in texts if text.strip())


def delete(client: ContainerClient, blob: str) -> None:
    """Delete a blob that may be there."""
    try:
        client.delete_blob(blob)
    except ResourceNotFoundError:
        return


@contextmanager
def _or_refuse(message: str) -> Iterator[None]:
    try:
        yield
    except (AzureError, ValueError) as error:
        raise container_refused(message) from error
