"""Import and export jobs of a hub: the same jobs, and the same one slot, as in its own API."""

import base64
from functools import partial
from typing import Final

from emulators.iot_hub.arm import job_bodies, wire_shapes
from emulators.iot_hub.arm.contract import Contract
from emulators.iot_hub.arm.errors import ProviderError, Words
from emulators.iot_hub.arm.operation import Operation, Request
from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.job import Job, JobStatus, JobType
from emulators.iot_hub.routes.operation import Answer


_IN_PROGRESS: Final = "InProgress"
#: How the operation stands that a job is, in the words of the page of 2016-02-03.
OPERATION_STATUS: Final = {
    JobStatus.ENQUEUED: _IN_PROGRESS,
    JobStatus.RUNNING: _IN_PROGRESS,
    JobStatus.COMPLETED: "Succeeded",
    JobStatus.FAILED: "Failed",
    JobStatus.CANCELLED: "Canceled",
}
#: How an operation failed whose job did not complete.
_NOT_COMPLETED: Final = {
    JobStatus.FAILED: Words(409, 409000, "JobFailed", "The job failed."),
    JobStatus.CANCELLED: Words(409, 500002, "JobCancelled", "The job was cancelled."),
}


def _create(kind: JobType, request: Request) -> Answer:
    names = Contract.of(request.api_version)
    job = request.hub.hub.jobs.create(job_bodies.read(kind, request.call.json, names))
    if request.contract is Contract.OF_2016:
        return _accepted(request, job)
    return Answer(wire_shapes.job(job))


def _accepted(request: Request, job: Job) -> Answer:
    """Say where to ask for the end of the job (paths and headers as recorded for a delete)."""
    operation = base64.b64encode(job.job_id.encode()).decode()
    location = (
        f"https://{request.call.headers['host']}{request.resource_id}"
        f"/operationResults/{operation}?api-version={request.api_version}"
    )
    headers = {
        "location": location,
        "retry-after": str(request.management.retry_after),
        "azure-asyncoperation": f"{location}&asyncinfo",
    }
    return Answer(status=202, headers=headers)


def _operation_result(request: Request) -> Answer:
    job = request.hub.hub.jobs.find(_job_id(request.call.path["id"]))
    if "asyncinfo" in request.call.query:
        return _status(request, job)
    if not job.is_final:
        return _accepted(request, job)
    if job.status in _NOT_COMPLETED:
        raise ProviderError(_outcome(job))
    return Answer(wire_shapes.job(job))


def _status(request: Request, job: Job) -> Answer:
    """Answer at the URL of Azure-AsyncOperation: always 200, the status is in the body."""
    body: dict[str, object] = {"status": OPERATION_STATUS[job.status]}
    if not job.is_final:
        return Answer(body, headers={"retry-after": str(request.management.retry_after)})
    if job.status in _NOT_COMPLETED:
        outcome = _outcome(job)
        body["error"] = {"code": outcome.name, "message": outcome.text}
    return Answer(body)


def _outcome(job: Job) -> Words:
    words = _NOT_COMPLETED[job.status]
    return words._replace(text=job.failure_reason or words.text)


def _job_id(operation: str) -> str:
    """Return the job of an operation.

    Raises:
        HubError: 404002.
    """
    try:
        return base64.b64decode(operation, validate=True).decode()
    except ValueError as error:
        raise HubError(ErrorCode.JobNotFound, operation) from error


def _list(request: Request) -> Answer:
    """Answer a page of the jobs, oldest first; the next link is there while there are more."""
    asked = request.call.query.get("$skipToken", "")
    first = int(asked) if asked.isdecimal() else 0
    last = first + request.management.page
    jobs = request.hub.hub.jobs.all()
    shown: dict[str, object] = {"value": [wire_shapes.job(job) for job in jobs[first:last]]}
    if last < len(jobs):
        shown["nextLink"] = (
            f"https://{request.call.headers['host']}{request.resource_id}"
            f"/jobs?api-version={request.api_version}&$skipToken={last}"
        )
    return Answer(shown)


def _get(request: Request) -> Answer:
    return Answer(wire_shapes.job(request.hub.hub.jobs.find(request.call.path["id"])))


OPERATIONS: Final = (
    Operation("POST", "/IotHubs/{hub}/importDevices", partial(_create, JobType.IMPORT)),
    Operation("POST", "/IotHubs/{hub}/exportDevices", partial(_create, JobType.EXPORT)),
    Operation("GET", "/IotHubs/{hub}/jobs", _list),
    Operation("GET", "/IotHubs/{hub}/jobs/{id}", _get),
    Operation("GET", "/IotHubs/{hub}/operationResults/{id}", _operation_result),
)
