"""Imports and exports by Azure Resource Manager, for hubs that are reachable in no other way.

The jobs are the hub's own, and so is the slot. Resource Manager has no operation to cancel one.
Source: importDevices, exportDevices and JobResponse of the swagger 2023-06-30.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from shared.adapters.arm_client import Accepted, ArmClient
from shared.adapters.exchange import Exchange
from shared.adapters.hub_target import HubTarget, job_of
from shared.domain.capacity import Usage
from shared.domain.errors import CannotCancel, ImporterError, TargetRefused
from shared.domain.job import Job, JobStatus
from shared.domain.recovery import Adopt, find_job
from shared.domain.redaction import redacted
from shared.domain.task import Task
from shared.ports import AttemptRef


_STORAGE: Final = {
    "storageAuthenticationType": "authenticationType",
    "identity": "identity",
    "includeConfigurations": "includeConfigurations",
    "configurationsBlobName": "configurationsBlobName",
}
#: What Resource Manager calls a property of a job, by what the data plane calls it.
_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "importDevices": {
        "inputBlobContainerUri": "inputBlobContainerUri",
        "inputBlobName": "inputBlobName",
        "outputBlobContainerUri": "outputBlobContainerUri",
        **_STORAGE,
    },
    "exportDevices": {
        "outputBlobContainerUri": "exportBlobContainerUri",
        "outputBlobName": "exportBlobName",
        "excludeKeysInExport": "excludeKeys",
        **_STORAGE,
    },
}
#: Where an operation stands, or the job that `Location` shows. Any other word means that it goes
#: on. Source: "Track asynchronous Azure operations", JobResponse.
_ENDS: Final = {
    "succeeded": JobStatus.COMPLETED,
    "completed": JobStatus.COMPLETED,
    "failed": JobStatus.FAILED,
    "canceled": JobStatus.CANCELLED,
    "cancelled": JobStatus.CANCELLED,
}


class IotHubArmTarget(HubTarget):
    """The `Target` port on Azure Resource Manager.

    Args:
        client: Speaks to Resource Manager about the hub.
        host: Host of the hub itself, whose slot it is.
        exchange: Where the hub reads and writes.
        strict: Whether one bad line rejects a whole file.
        identity: By which identity the hub reaches the exchange; see `HubTarget`.
    """

    def __init__(
        self,
        client: ArmClient,
        host: str,
        exchange: Exchange,
        *,
        strict: bool,
        identity: str | None = None,
    ) -> None:
        super().__init__(host, exchange, strict=strict, identity=identity)
        self._client = client

    def look(self) -> Sequence[Job]:
        """Return all jobs that the hub shows; see the port."""
        return [job_of(properties) for properties in self._client.jobs()]

    def advance(self, ref: AttemptRef, job_id: str, jobs: Sequence[Job]) -> Job | None:
        """Return where the job stands, or the operation if no more than that is known of it."""
        if not job_id.startswith("/"):
            return super().advance(ref, job_id, jobs)
        try:
            operation = self._client.operation(Accepted(job_id))
        except TargetRefused as refused:
            operation = {"status": "Failed", "error": {"message": refused.message}}
        return _job_of_operation(job_id, ref.task, operation) if operation else None

    def cancel(self, job_id: str) -> None:
        """Say that there is no such operation here; see the port."""
        message = (
            f"Azure Resource Manager cannot cancel jobs; cancel job {job_id} at the hub itself, "
            f"as with az iot hub job cancel"
        )
        raise CannotCancel(message)

    def _create(self, ref: AttemptRef, properties: Mapping[str, Any]) -> str:
        action = "exportDevices" if ref.task is Task.EXPORT else "importDevices"
        names = _NAMES[action]
        body = {names[name]: value for name, value in properties.items() if name in names}
        created = self._client.create_job(action, body)
        return self._job_id(ref, created) if isinstance(created, Accepted) else created

    def _job_id(self, ref: AttemptRef, accepted: Accepted) -> str:
        """Return the job that is new since the start; else where to ask after the operation."""
        try:
            found = find_job(ref.baseline, self.look(), ref.task.job_kind)
        except ImporterError:
            return accepted.operation
        return found.job_id if isinstance(found, Adopt) else accepted.operation

    def _usage(self) -> Usage:
        return self._client.devices()


def _job_of_operation(job_id: str, task: Task, operation: Mapping[str, Any]) -> Job:
    """Return an operation as the job that it is about."""
    status = _ENDS.get(str(operation.get("status")).lower(), JobStatus.RUNNING)
    error = operation.get("error") or {}
    reason = redacted(str(error.get("message") or error.get("code") or ""))
    return Job(job_id, task.job_kind, status, reason)
