"""The containers through which files go to and from a hub: one for each attempt, with its own SAS.

An attempt never shares its container, so a call that arrives late can only meet an empty one, and
the hub's `importErrors.log` in it belongs to this attempt alone.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import (
    BlobBlock,
    BlobSasPermissions,
    BlobServiceClient,
    ContainerClient,
    ContainerSasPermissions,
    generate_blob_sas,
    generate_container_sas,
)

from shared.adapters.storage import storage_errors
from shared.ports import AttemptRef, Clock


#: The names the hub uses. Source: `CommonConstants.cs` of the C# service SDK.
INPUT: Final = "devices.txt"
ERRORS: Final = "importErrors.log"

#: What the hub needs. Source: bulk identity how-to; without delete it refuses the job, because it
#: deletes an old log first.
_INPUT_RIGHTS: Final = ContainerSasPermissions(read=True, list=True)
_OUTPUT_RIGHTS: Final = ContainerSasPermissions(read=True, write=True, delete=True)

_COPY_BYTES: Final = 256 * 1024 * 1024
#: Clocks of two machines may differ by so much.
_SKEW: Final = timedelta(minutes=15)


class Exchange:
    """Lays files out for a hub, hands out addresses with rights, and cleans up."""

    def __init__(self, service: BlobServiceClient, work: BlobServiceClient, clock: Clock) -> None:
        self._service = service
        self._work = work
        self._clock = clock

    def lay_out(self, ref: AttemptRef) -> None:
        """Copy the accepted lines of an import into the container of an attempt."""
        container = self._container(ref)
        source = self._work.get_blob_client("work", f"{ref.import_id}/devices.txt")
        with storage_errors():
            with suppress(ResourceExistsError):
                container.create_container()
            size = source.get_blob_properties().size
            address = f"{source.url}?{self._read_access(source.container_name, source.blob_name)}"
            copy = container.get_blob_client(INPUT)
            blocks = [BlobBlock(f"{start:015}") for start in range(0, size, _COPY_BYTES)]
            for block in blocks:
                start = int(block.id)
                length = min(_COPY_BYTES, size - start)
                copy.stage_block_from_url(block.id, address, start, length)
            copy.commit_block_list(blocks)

    def addresses(self, ref: AttemptRef) -> tuple[str, str]:
        """Return the addresses, with rights, that the hub reads from and writes to."""
        # Source of the rate: Microsoft's own simulator plans with a million devices an hour.
        expected = timedelta(hours=2 + 4 * ref.lines / 1_000_000)
        lifetime = min(expected, timedelta(hours=48))
        container = self._container(ref)
        return (
            f"{container.url}?{self._container_access(ref, _INPUT_RIGHTS, lifetime)}",
            f"{container.url}?{self._container_access(ref, _OUTPUT_RIGHTS, lifetime)}",
        )

    def remove_input(self, ref: AttemptRef) -> None:
        """Delete the lines, so that a job which starts from now on finds nothing."""
        with storage_errors(), suppress(ResourceNotFoundError):
            self._container(ref).delete_blob(INPUT)

    def errors(self, ref: AttemptRef) -> Iterator[bytes] | None:
        """Return the chunks of the hub's log, or None if it wrote none."""
        with storage_errors():
            try:
                chunks = self._container(ref).download_blob(ERRORS).chunks()
            except ResourceNotFoundError:
                return None
        return _guarded(chunks)

    def remove(self, ref: AttemptRef) -> None:
        """Delete the container of an attempt, with the device keys in it."""
        with storage_errors(), suppress(ResourceNotFoundError):
            self._container(ref).delete_container()

    def _container(self, ref: AttemptRef) -> ContainerClient:
        return self._service.get_container_client(f"imp-{ref.import_id}-a{ref.number}")

    def _container_access(
        self, ref: AttemptRef, rights: ContainerSasPermissions, lifetime: timedelta
    ) -> str:
        return generate_container_sas(
            str(self._service.account_name),
            str(self._container(ref).container_name),
            permission=rights,
            **self._signed_for(self._service, lifetime),
        )

    def _read_access(self, container: str, name: str) -> str:
        return generate_blob_sas(
            str(self._work.account_name),
            container,
            name,
            permission=BlobSasPermissions(read=True),
            **self._signed_for(self._work, timedelta(hours=1)),
        )

    def _signed_for(self, service: BlobServiceClient, lifetime: timedelta) -> dict[str, Any]:
        """Sign with the account key if there is one, else with a key of our identity."""
        start = self._clock.now() - _SKEW
        expiry = self._clock.now() + lifetime
        key = getattr(service.credential, "account_key", None)
        with storage_errors():
            signer = (
                {"account_key": key}
                if key
                else {"user_delegation_key": service.get_user_delegation_key(start, expiry)}
            )
        protocol = "https" if service.url.startswith("https:") else "https,http"
        return {"start": start, "expiry": expiry, "protocol": protocol, **signer}


def _guarded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    with storage_errors():
        yield from chunks
