"""The containers through which files go to and from a hub: one for each attempt.

An attempt never shares its container, so a call that arrives late can only meet an empty one, and
what the hub writes there belongs to this attempt alone. A hub gets a SAS for it, unless it reaches
the account with an identity of its own.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import (
    BlobBlock,
    BlobClient,
    BlobSasPermissions,
    BlobServiceClient,
    ContainerClient,
    ContainerSasPermissions,
    generate_blob_sas,
    generate_container_sas,
)

from shared.adapters.access_check import check_access, refused_without
from shared.adapters.storage import storage_errors
from shared.domain.task import Task
from shared.failpoints import failpoint
from shared.ports import AttemptRef, Clock


#: The names the hub uses if none are given. Source: `CommonConstants.cs` of the C# service SDK and
#: its ImportExportDevicesSample.
DEVICES: Final = "devices.txt"
CONFIGURATIONS: Final = "configurations.txt"
ERRORS: Final = "importErrors.log"
CONFIGURATION_ERRORS: Final = "importConfigErrors.log"

#: What the hub needs. Source: bulk identity how-to; without delete it refuses the job, because it
#: deletes an old log first.
_INPUT_RIGHTS: Final = ContainerSasPermissions(read=True, list=True)
_OUTPUT_RIGHTS: Final = ContainerSasPermissions(read=True, write=True, delete=True)

_COPY_BYTES: Final = 256 * 1024 * 1024
#: Clocks of two machines may differ by so much.
_SKEW: Final = timedelta(minutes=15)


#: Blobs that the hub reads. It needs one of devices even if the job is about configurations.
_INPUTS: Final[Mapping[Task, tuple[str, ...]]] = {
    Task.IMPORT: (DEVICES,),
    Task.IMPORT_CONFIGURATIONS: (DEVICES, CONFIGURATIONS),
    Task.EXPORT: (),
}
#: Where it says what became of single lines.
_LOGS: Final = {Task.IMPORT: ERRORS, Task.IMPORT_CONFIGURATIONS: CONFIGURATION_ERRORS}
#: Nobody knows how much an export will be; a hub holds no more.
_MOST_LINES: Final = 1_000_000


class Addresses(NamedTuple):
    """Addresses of one container, with rights unless the hub has its own."""

    source: str
    output: str


#: What the containers are called.
_NAME: Final = re.compile("imp-(?P<import_id>[a-z2-7]{26})-a(?P<number>[1-9][0-9]{0,8})")
#: Metadata of a container: the account with the records. Others may use the same exchange.
_OWNER: Final = "records"


class Exchange:
    """Lays files out for a hub, hands out addresses, and cleans up.

    Args:
        service: The account that the hub uses.
        work: The account with our work files.
        clock: Tells when rights begin and end.
    """

    def __init__(self, service: BlobServiceClient, work: BlobServiceClient, clock: Clock) -> None:
        self._service = service
        self._work = work
        self._clock = clock

    @property
    def account(self) -> str:
        """Name of the account that the hub uses."""
        return str(self._service.account_name)

    def check(self, ref: AttemptRef, *, signed: bool = True) -> None:
        """Make the container of an attempt, and try the addresses that the hub will get.

        What an identity of the hub may do only the hub can try.

        Raises:
            TargetRefused: The sentence names the missing right.
        """
        with refused_without("create", self.account):
            self._make(ref)
            addresses = self._signed_addresses(ref) if signed else None
        if addresses:
            check_access(self.account, *addresses)

    def lay_out(self, ref: AttemptRef) -> None:
        """Put what the hub is to read into the container of an attempt."""
        container = self._container(ref)
        with storage_errors():
            self._make(ref)
            *empty, last = _INPUTS[ref.task] or (None,)
            for name in empty:
                with failpoint("exchange.write", container.container_name):
                    container.upload_blob(str(name), b"", overwrite=True)
            if last:
                self._copy_lines(ref, container.get_blob_client(last))

    def _make(self, ref: AttemptRef) -> None:
        container = self._container(ref)
        with suppress(ResourceExistsError), failpoint("exchange.create", container.container_name):
            container.create_container({_OWNER: self._owner})

    def _copy_lines(self, ref: AttemptRef, copy: BlobClient) -> None:
        source = self._work.get_blob_client("work", f"{ref.import_id}/{ref.part}")
        with failpoint("exchange.measure", ref.import_id):
            size = source.get_blob_properties().size
        address = f"{source.url}?{self._read_access(source.container_name, source.blob_name)}"
        blocks = [BlobBlock(f"{start:015}") for start in range(0, size, _COPY_BYTES)]
        for block in blocks:
            start = int(block.id)
            length = min(_COPY_BYTES, size - start)
            with failpoint("exchange.copy", copy.container_name):
                copy.stage_block_from_url(block.id, address, start, length)
        with failpoint("exchange.commit", copy.container_name):
            copy.commit_block_list(blocks)

    def addresses(self, ref: AttemptRef, *, signed: bool = True) -> Addresses:
        """Return the addresses that the hub reads from and writes to.

        Args:
            ref: The attempt.
            signed: Whether they carry a SAS; without it the hub comes with its own identity.
        """
        if not signed:
            url = str(self._container(ref).url)
            return Addresses(url, url)
        with storage_errors():
            return self._signed_addresses(ref)

    def _signed_addresses(self, ref: AttemptRef) -> Addresses:
        # Source of the rate: Microsoft's own simulator plans with a million devices an hour.
        lines = _MOST_LINES if ref.task is Task.EXPORT else ref.lines
        lifetime = min(timedelta(hours=2 + 4 * lines / 1_000_000), timedelta(hours=48))
        url = self._container(ref).url
        return Addresses(
            f"{url}?{self._container_access(ref, _INPUT_RIGHTS, lifetime)}",
            f"{url}?{self._container_access(ref, _OUTPUT_RIGHTS, lifetime)}",
        )

    def remove_input(self, ref: AttemptRef) -> None:
        """Delete what the hub would read, so that a job which starts from now on finds nothing.

        An export reads nothing; it finds no container.
        """
        if not _INPUTS[ref.task]:
            self.remove(ref)
        container = self._container(ref)
        for name in _INPUTS[ref.task]:
            with (
                storage_errors(),
                suppress(ResourceNotFoundError),
                failpoint("exchange.fence", container.container_name),
            ):
                container.delete_blob(name)

    def errors(self, ref: AttemptRef) -> Iterator[bytes] | None:
        """Return the chunks of the hub's log, or None if it wrote none."""
        return self.read(ref, _LOGS[ref.task])

    def read(self, ref: AttemptRef, name: str) -> Iterator[bytes] | None:
        """Return the chunks of a file that the hub wrote, or None if there is none."""
        container = self._container(ref)
        with storage_errors():
            try:
                with failpoint("exchange.read", container.container_name):
                    chunks = container.download_blob(name).chunks()
            except ResourceNotFoundError:
                return None
        return _guarded(chunks)

    def remove(self, ref: AttemptRef) -> None:
        """Delete the container of an attempt, with the device keys in it."""
        container = self._container(ref)
        with (
            storage_errors(),
            suppress(ResourceNotFoundError),
            failpoint("exchange.delete", container.container_name),
        ):
            container.delete_container()

    def made_before(self, when: datetime) -> Iterator[AttemptRef]:
        """Yield the attempts that have had containers for some time; see the port."""
        with storage_errors(), failpoint("exchange.list"):
            containers = list(self._service.list_containers("imp-", include_metadata=True))
        for container in containers:
            name = _NAME.fullmatch(str(container.name))
            ours = (container.metadata or {}).get(_OWNER) == self._owner
            if name and ours and container.last_modified < when:
                yield AttemptRef(name["import_id"], int(name["number"]), 0)

    @property
    def _owner(self) -> str:
        return str(self._work.account_name)

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
        signer = {"account_key": getattr(service.credential, "account_key", None)}
        if not signer["account_key"]:
            with failpoint("exchange.sign"):
                signer = {"user_delegation_key": service.get_user_delegation_key(start, expiry)}
        protocol = "https" if service.url.startswith("https:") else "https,http"
        return {"start": start, "expiry": expiry, "protocol": protocol, **signer}


def _guarded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    with storage_errors():
        yield from chunks
