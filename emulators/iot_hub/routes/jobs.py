"""`/jobs`: import and export jobs. `/jobs/v2` is another system, which knows no job here."""

from typing import Final

from emulators.iot_hub.access import Right
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.job import JobRequest, JobStatus
from emulators.iot_hub.routes.operation import Answer, Call, Operation, unreadable_body
from emulators.iot_hub.throttle import JOBS
from emulators.iot_hub.tier import STANDARD
from emulators.iot_hub.typed_json import Unreadable


#: What the answer to a create repeats, and no other answer does (recorded, seen on a live hub).
ECHOED: Final = (
    "inputBlobContainerUri",
    "inputBlobName",
    "outputBlobContainerUri",
    "outputBlobName",
    "configurationsBlobName",
)


def _create(hub: Hub, call: Call) -> Answer:
    body = call.json
    try:
        request = JobRequest.read(body)
    except Unreadable as error:
        raise unreadable_body(error) from error
    job = hub.jobs.create(request).wire()
    return Answer(job | {name: body[name] for name in ECHOED if body.get(name)})


def _list(hub: Hub, _call: Call) -> Answer:
    return Answer([job.wire() for job in hub.jobs.all()])


def _get(hub: Hub, call: Call) -> Answer:
    return Answer(hub.jobs.find(call.path["id"]).wire())


def _cancel(hub: Hub, call: Call) -> Answer:
    """Cancel; the Swagger has 200 with an empty object and 204, so both come."""
    if hub.jobs.cancel(call.path["id"]) is JobStatus.ENQUEUED:
        return Answer(status=204)
    return Answer({})


def _get_scheduled(_hub: Hub, _call: Call) -> Answer:
    return Answer({"type": "unknown", "status": "unknown"})


_RIGHTS: Final = Right.REGISTRY_READ | Right.REGISTRY_WRITE

OPERATIONS: Final = (
    Operation("POST", "/jobs/create", _RIGHTS, _create, JOBS),
    Operation("GET", "/jobs", _RIGHTS, _list, JOBS),
    Operation("GET", "/jobs/v2/{id}", _RIGHTS, _get_scheduled, JOBS, STANDARD),
    Operation("GET", "/jobs/{id}", _RIGHTS, _get, JOBS),
    Operation("DELETE", "/jobs/{id}", _RIGHTS, _cancel, JOBS),
)
