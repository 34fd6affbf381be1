"""What all users of Blob Storage share: containers made on first use, and errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any, Final

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceModifiedError
from azure.storage.blob import BlobServiceClient, ContainerClient

from shared.domain.errors import Conflict, Unavailable
from shared.failpoints import failpoint


#: Who is away, for the log.
STORAGE: Final = "storage"

#: Bytes of one read or one block. Larger ones only cost memory, smaller ones calls.
BLOCK_BYTES: Final = 8 * 1024 * 1024

#: Options of every client: no redirects, by which signatures would go elsewhere; reads in ranges
#: of `BLOCK_BYTES`, a bound on every wait, and repeats after about 1, 3 and 5 seconds; the SDK's
#: own first wait is 15.
CLIENT_OPTIONS: Final[dict[str, Any]] = {
    "permit_redirects": False,
    "max_single_get_size": BLOCK_BYTES,
    "max_chunk_get_size": BLOCK_BYTES,
    "connection_timeout": 10,
    "read_timeout": 60,
    "initial_backoff": 1,
    "increment_base": 2,
    "random_jitter_range": 1,
}


@contextmanager
def storage_errors() -> Iterator[None]:
    """Let no SDK error out: a lost condition becomes `Conflict`, the rest `Unavailable`."""
    try:
        yield
    except (ResourceModifiedError, ResourceExistsError) as error:
        raise Conflict(_name(error)) from error
    except AzureError as error:
        raise Unavailable(_name(error)).blaming(STORAGE) from error


def _name(error: AzureError) -> str:
    # Never the SDK's own text: it can hold addresses with a SAS.
    return f"{STORAGE}: {getattr(error, 'error_code', None) or type(error).__name__}"


class Container:
    """A blob container that is made when it is first needed."""

    def __init__(self, service: BlobServiceClient, name: str) -> None:
        self._service = service
        self.name = name

    @cached_property
    def client(self) -> ContainerClient:
        """The client of the container, which exists."""
        client = self._service.get_container_client(self.name)
        with (
            storage_errors(),
            suppress(ResourceExistsError),
            failpoint("container.create", self.name),
        ):
            client.create_container()
        return client
