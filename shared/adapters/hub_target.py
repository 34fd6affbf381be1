"""What imports into an IoT hub and exports from it have in common, on whichever plane.

A job is described in the data plane's words, `JobProperties` of the service swagger 2021-04-12.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from shared.adapters.exchange import CONFIGURATIONS, DEVICES, Addresses, Exchange
from shared.adapters.line_errors import line_errors
from shared.domain.capacity import Usage, why_too_many
from shared.domain.errors import TargetRefused
from shared.domain.formats.ndjson import split_lines
from shared.domain.formats.recognition import Kind
from shared.domain.import_errors import parse_import_errors
from shared.domain.job import Job, JobStatus, find_job_by_id
from shared.domain.redaction import redacted
from shared.domain.task import Task
from shared.ports import AttemptRef, LineErrors, Scopes, Target


#: Why a hub without room is not asked.
TOO_MANY_DEVICES: Final = "too_many_devices"
#: The hub's own identity, and not one that was assigned to it.
SYSTEM: Final = "system"


class HubTarget(ABC):
    """The `Target` port on a hub whose jobs read and write blobs.

    Args:
        slot: Host of the hub: both planes have its one slot.
        exchange: Where the hub reads and writes.
        strict: Whether one bad line rejects a whole file.
        identity: By which identity the hub reaches the exchange: `system`, or the Resource
            Manager id of a user-assigned one; None for a SAS.
    """

    takes: Kind = "devices"
    tasks: frozenset[Task] = frozenset(Task)
    #: Jobs tell nothing of scopes; where bulk calls are a way, too, they are asked for there.
    scopes: Scopes | None = None

    def __init__(
        self, slot: str, exchange: Exchange, *, strict: bool, identity: str | None = None
    ) -> None:
        self.slot = slot
        self.strict = strict
        self._exchange = exchange
        self._identity = identity

    @property
    def ways(self) -> Mapping[str, Target]:
        """The target itself; see the port."""
        return {"": self}

    def way_for(self, _lines: int) -> str:
        """Return the only way; see the port."""
        return ""

    @abstractmethod
    def look(self) -> Sequence[Job]:
        """Return all jobs that the hub shows; see the port."""

    def preflight(self, ref: AttemptRef, effects: Mapping[str, int]) -> None:
        """Try the container, and count the hub's devices; see the port."""
        self._exchange.check(ref, signed=self._identity is None)
        if ref.task is Task.IMPORT:
            check_room(self._usage(), effects)

    @abstractmethod
    def _usage(self) -> Usage:
        """Return how many devices the hub has and takes; raises what `look` does."""

    def prepare(self, ref: AttemptRef) -> None:
        """Lay out what the hub is to read; see the port."""
        self._exchange.lay_out(ref)

    def start(self, ref: AttemptRef) -> str:
        """Create the job with one call; see the port."""
        return self._create(ref, self._properties(ref))

    @abstractmethod
    def _create(self, ref: AttemptRef, properties: Mapping[str, Any]) -> str:
        """Create a job with one call; raises what `start` does."""

    def advance(self, _: AttemptRef, job_id: str, jobs: Sequence[Job]) -> Job | None:
        """Return where the job stands; the hub goes through it by itself. See the port."""
        return find_job_by_id(job_id, jobs)

    @abstractmethod
    def cancel(self, job_id: str) -> None:
        """Cancel a job; see the port."""

    def fence(self, ref: AttemptRef) -> None:
        """Take the input away; see the port. The hub checks it when it creates a job."""
        self._exchange.remove_input(ref)

    @contextmanager
    def outcome(self, ref: AttemptRef) -> Iterator[LineErrors | None]:
        """Open the hub's log; see the port. The hub writes one even if it is empty."""
        chunks = self._exchange.errors(ref)
        if chunks is None:
            yield None
        else:
            with line_errors(parse_import_errors(split_lines(chunks))) as errors:
                yield errors

    def exported(self, ref: AttemptRef) -> Mapping[str, Iterator[bytes]] | None:
        """Return what the hub wrote; see the port."""
        names = [DEVICES]
        if ref.export and ref.export.configurations:
            names.append(CONFIGURATIONS)
        files = {name: self._exchange.read(ref, name) for name in names}
        there = {name: chunks for name, chunks in files.items() if chunks is not None}
        return there if len(there) == len(files) else None

    def clear(self, ref: AttemptRef) -> None:
        """Delete the exchange container; see the port."""
        self._exchange.remove(ref)

    def _properties(self, ref: AttemptRef) -> Mapping[str, Any]:
        return {
            "type": ref.task.job_kind,
            **(self._to_export(ref) if ref.export else self._to_import(ref)),
            **self._storage(),
        }

    def _addresses(self, ref: AttemptRef) -> Addresses:
        return self._exchange.addresses(ref, signed=self._identity is None)

    def _to_import(self, ref: AttemptRef) -> Mapping[str, Any]:
        source, output = self._addresses(ref)
        return {
            "inputBlobContainerUri": source,
            "inputBlobName": DEVICES,
            "outputBlobContainerUri": output,
            **_configurations(asked=ref.task is Task.IMPORT_CONFIGURATIONS),
        }

    def _to_export(self, ref: AttemptRef) -> Mapping[str, Any]:
        asked = ref.export
        return {
            "outputBlobContainerUri": self._addresses(ref).output,
            "outputBlobName": DEVICES,
            "excludeKeysInExport": not (asked and asked.keys),
            **_configurations(asked=bool(asked and asked.configurations)),
        }

    def _storage(self) -> Mapping[str, Any]:
        """Tell how the hub gets at the containers: by what the addresses carry, or as whom."""
        if self._identity is None:
            return {"storageAuthenticationType": "keyBased"}
        who = {"identity": {"userAssignedIdentity": self._identity}}
        return {
            "storageAuthenticationType": "identityBased",
            **(who if self._identity != SYSTEM else {}),
        }


def check_room(usage: Usage, effects: Mapping[str, int]) -> None:
    """Make sure that a hub has room for the devices of a file.

    Raises:
        TargetRefused: It has not; the sentence has the numbers.
    """
    if why := why_too_many(usage, effects):
        raise TargetRefused(TOO_MANY_DEVICES, why)


def _configurations(*, asked: bool) -> Mapping[str, Any]:
    if not asked:
        return {}
    return {"includeConfigurations": True, "configurationsBlobName": CONFIGURATIONS}


def job_of(properties: Mapping[str, Any]) -> Job:
    """Return a job as either plane shows it; their names for what we need are the same."""
    status = str(properties.get("status") or "").lower()
    return Job(
        id=str(properties.get("jobId") or ""),
        kind=str(properties.get("type") or "").lower(),
        status=JobStatus(status) if status in JobStatus else JobStatus.UNKNOWN,
        failure_reason=redacted(str(properties.get("failureReason") or "")),
    )
