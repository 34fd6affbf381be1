"""An import or export job: what a client asks for, and what the hub remembers of it.

Source: `JobProperties` in the service's Swagger 2021-04-12; shapes as in recorded traffic.
"""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final, Self

from emulators.iot_hub import ticks, typed_json
from emulators.iot_hub.errors import ErrorCode, HubError, not_in_tier
from emulators.iot_hub.tier import BASIC, Tier
from emulators.iot_hub.typed_json import choice, fields, flag, nested, string


class JobType(StrEnum):
    """The two kinds of job that share a hub's one slot."""

    IMPORT = "import"
    EXPORT = "export"


class JobStatus(StrEnum):
    """Where a job stands."""

    ENQUEUED = "enqueued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL: Final = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED})


class StorageAuthentication(StrEnum):
    """How the hub is to prove itself to storage."""

    KEY_BASED = "keyBased"
    IDENTITY_BASED = "identityBased"


def _user_assigned(identity: str | None = None) -> str | None:
    return identity


_DOTNET: Final = "Microsoft.Azure.Devices.{}"
_IDENTITY: Final = fields(userAssignedIdentity=("identity", string))
_REQUEST: Final = fields(
    type=("type", choice(JobType, _DOTNET.format("JobType"))),
    inputBlobContainerUri=("input_uri", string),
    inputBlobName=("input_blob", string),
    outputBlobContainerUri=("output_uri", string),
    outputBlobName=("output_blob", string),
    excludeKeysInExport=("excludes_keys", flag),
    includeConfigurations=("includes_configurations", flag),
    configurationsBlobName=("configurations_blob", string),
    storageAuthenticationType=(
        "storage_authentication",
        choice(StorageAuthentication, _DOTNET.format("StorageAuthenticationType")),
    ),
    identity=("user_assigned_identity", nested(_IDENTITY, _user_assigned)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """What a client asks for. The URIs hold signatures: never kept, never shown in a log."""

    type: JobType
    input_uri: str = field(default="", repr=False)
    input_blob: str = "devices.txt"
    output_uri: str = field(default="", repr=False)
    output_blob: str = "devices.txt"
    #: Where an import tells of the lines it refused. Only Resource Manager's clients can name it.
    errors_blob: str = "importErrors.log"
    excludes_keys: bool = False
    includes_configurations: bool = False
    configurations_blob: str = "configurations.txt"
    storage_authentication: StorageAuthentication = StorageAuthentication.KEY_BASED
    #: Resource id of the identity to act as when it is not to be the hub's own.
    user_assigned_identity: str | None = None

    @classmethod
    def read(cls, body: Any) -> Self:
        """Read a request.

        Raises:
            Unreadable: A value does not fit its field.
            HubError: 400004, no type.
        """
        read = typed_json.read_object(body, _REQUEST)
        if "type" not in read:
            raise HubError(ErrorCode.ArgumentInvalid, "A job needs a type: import or export")
        return cls(**read)

    def check_tier(self, tier: Tier | None) -> None:
        """Refuse to handle configurations for a hub of a Basic tier, which has none.

        Raises:
            HubError: 403010.
        """
        if tier in BASIC and self.includes_configurations:
            raise not_in_tier()

    @property
    def imports_configurations(self) -> bool:
        """Whether there is a second blob to read."""
        return self.type is JobType.IMPORT and self.includes_configurations


@dataclass(frozen=True, slots=True)
class Job:
    """What the hub remembers of a job and shows to everyone who may read jobs."""

    job_id: str
    type: JobType
    started: int  #: Ticks, as is `ended`.
    excludes_keys: bool = False
    status: JobStatus = JobStatus.ENQUEUED
    ended: int | None = None
    failure_reason: str | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to the job."""
        return self.status in FINAL

    def wire(self) -> dict[str, Any]:
        """Show the job as `GET /jobs/{id}` does. There is no progress but 0 and 100."""
        ended = {"endTimeUtc": ticks.iso(self.ended)} if self.ended else {}
        failure = {"failureReason": self.failure_reason} if self.failure_reason else {}
        return {
            "jobId": self.job_id,
            "startTimeUtc": ticks.iso(self.started),
            **ended,
            "type": self.type,
            "status": self.status,
            "progress": 100 if self.status is JobStatus.COMPLETED else 0,
            **failure,
            "excludeKeysInExport": self.excludes_keys,
            "useSecondaryStorageAsSource": False,
        }

    def record(self) -> dict[str, Any]:
        """Return what `from_record` makes the job of again."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """Return the job of a record."""
        named = {"type": JobType(record["type"]), "status": JobStatus(record["status"])}
        return cls(**(record | named))
