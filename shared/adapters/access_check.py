"""Tries what a hub will do with a container, by the very addresses that it will get."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobClient, ContainerClient

from shared.adapters.storage import CLIENT_OPTIONS, storage_errors
from shared.domain.errors import TargetRefused
from shared.failpoints import failpoint


#: The blob that is written, read and deleted.
PROBE: Final = "access-check"
#: What holds everything that is tried here. Source: built-in roles for storage.
ROLE: Final = "Storage Blob Data Contributor"
_NOT_LET_IN: Final = frozenset({401, 403})


def check_access(account: str, source: str, output: str) -> None:
    """Write to the output, read from both, and delete, as the hub does with its log.

    Args:
        account: Name of the storage account, for the message.
        source: Address of the container, with the rights to read.
        output: Address of the container, with the rights to write.

    Raises:
        TargetRefused: Something is not allowed; the code and the sentence name it.
        Unavailable: Storage did not answer.
    """
    with _trying("write", account, output) as probe:
        probe.upload_blob(b"", overwrite=True)
    for address in (source, output):
        with _trying("read", account, address) as probe:
            probe.download_blob().readall()
    with _trying("delete", account, output) as probe:
        probe.delete_blob()


@contextmanager
def _trying(right: str, account: str, address: str) -> Iterator[BlobClient]:
    with (
        refused_without(right, account),
        ContainerClient.from_container_url(address, **CLIENT_OPTIONS) as container,
        failpoint(f"access.{right}", str(container.container_name)),
    ):
        yield container.get_blob_client(PROBE)


@contextmanager
def refused_without(right: str, account: str) -> Iterator[None]:
    """Say in a sentence which right is missing, if storage does not let us in."""
    with storage_errors():
        try:
            yield
        except HttpResponseError as error:
            if error.status_code not in _NOT_LET_IN:
                raise
            said = getattr(error, "error_code", None) or error.status_code
            text = (
                f"storage account {account} does not let the hub's SAS {right} ({said}); the app "
                f"needs its key or the role {ROLE} there, and the network must let hub and app in"
            )
            code = f"storage_{right}"
            raise TargetRefused(code, text) from error
