"""The blob containers of a job: what the hub reads from and writes to with the SAS it was given.

Source of the refusals: the Azure CLI's tests and a live hub; both are told before a job exists.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob import ContainerClient

from emulators.iot_hub.errors import container_refused


UNREADABLE: Final = "Failed to read devices blob from the input container."
UNWRITABLE: Final = "Unauthorized to write to output blob container."
UNDELETABLE: Final = "Unauthorized to delete from output blob container."


@contextmanager
def container(uri: str) -> Iterator[ContainerClient]:
    """Open a container. Nothing is tried twice: a job that cannot reach storage should say so.

    Raises:
        ValueError: The URI is not one of a container.
    """
    with ContainerClient.from_container_url(uri, retry_total=0) as client:
        yield client


def check_input(uri: str, blob: str) -> None:
    """Make sure that the blob to import can be read.

    Raises:
        JobRefused: 400008.
    """
    with _or_refuse(UNREADABLE), container(uri) as client:
        client.get_blob_client(blob).get_blob_properties()


def check_output(uri: str) -> None:
    """Make sure that blobs can be written to and deleted from the container, by doing both.

    Raises:
        JobRefused: 400008.
    """
    name = f"iot-hub-access-check-{uuid4()}"
    with _or_refuse(UNWRITABLE), container(uri) as client:
        client.upload_blob(name, b"")
    with _or_refuse(UNDELETABLE), container(uri) as client:
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
