"""An IoT hub in memory, behind azure-core's pipeline client: its jobs and its registry.

It refuses what the hub refuses. It reads the input when a job is created, so a call that comes
after the fence finds nothing.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from itertools import count
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from azure.core.rest import HttpRequest

from shared.adapters.exchange import CONFIGURATION_ERRORS, CONFIGURATIONS, DEVICES, ERRORS
from tests.simulation.network import Fate, Network, no_answer
from tests.simulation.registry import FULL, TAKEN, FakeRegistry
from tests.simulation.storage import Account


#: What jobs refuse, by how ids begin.
_REFUSED: Final = {TAKEN: "DeviceAlreadyExists", FULL: "IotHubQuotaExceeded"}
#: Ends of jobs.
COMPLETED, FAILED, CANCELLED = "completed", "failed", "cancelled"


@dataclass(slots=True)
class Answer:
    """`HttpResponse`, as far as the adapters look."""

    status_code: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The body."""
        return json.dumps(self.body).encode()

    def json(self) -> Any:
        """Return the body as it is read."""
        return self.body


@dataclass(slots=True)
class HubJob:
    """A job, and when it became what."""

    id: str
    kind: str
    #: Container of the attempt; empty for a foreign job.
    container: str
    #: What it was at which time.
    statuses: list[tuple[float, str]]
    lines: list[bytes] = field(default_factory=list)
    is_about_configurations: bool = False

    @property
    def status(self) -> str:
        """Where it stands now."""
        return self.statuses[-1][1]

    @property
    def is_active(self) -> bool:
        """Whether it holds the hub's slot."""
        return self.status == "running"

    @property
    def import_id(self) -> str:
        """Whose it is; empty if it is foreign."""
        return self.container.removeprefix("imp-").rpartition("-a")[0]

    @property
    def attempt(self) -> int:
        """Number of its attempt."""
        return int(self.container.rpartition("-a")[2] or 0)

    def shown(self, at: float) -> dict[str, Any] | None:
        """Return what it was at a time; None if it was not there."""
        known = [status for since, status in self.statuses if since <= at]
        return {"jobId": self.id, "type": self.kind, "status": known[-1]} if known else None


@dataclass
class FakeIotHub:
    """A hub. `run` decides how long a job takes and how it ends."""

    host: str
    network: Network
    #: Seconds that have gone by.
    time: Callable[[], float]
    accounts: Mapping[str, Account]
    #: Has something done after so many seconds.
    later: Callable[[float, Callable[[], object]], None]
    #: Told of each job that is created, and of each POST that is refused.
    watch: Callable[[str, HubJob], None] = lambda _what, _job: None
    #: How long a job takes, and how it ends.
    course: Callable[[HubJob], tuple[float, str]] = lambda _job: (60.0, COMPLETED)
    jobs: dict[str, HubJob] = field(default_factory=dict)
    registry: FakeRegistry = field(default_factory=FakeRegistry)
    #: What becomes of the first POST, if it does not simply arrive.
    first_post: Fate | None = None
    posts: int = 0
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    def send_request(self, request: HttpRequest, **_: Any) -> Answer:
        """Answer a request, if it gets here and the answer gets back."""
        fate = self.network.next_fate()
        if request.method == "POST" and self.first_post:
            fate, self.first_post = self.first_post, None
        if fate is Fate.REFUSED:
            return Answer(503, {"Message": "ErrorCode:ServiceUnavailable;"})
        if fate is Fate.THROTTLED:
            return Answer(429, {"Message": "ErrorCode:ThrottlingException;Wait 10 seconds"})
        if fate is Fate.LATE:
            self.later(self.network.delay, partial(self._answer, request))
            raise no_answer()
        answer = self._answer(request)
        if fate in {Fate.LOST, Fate.REPEATED}:
            # The app tells its pipeline to repeat nothing but GET, which changes nothing.
            raise no_answer()
        return answer

    def run_foreign_job(self, kind: str, seconds: float) -> None:
        """Have somebody else start a job, unless the slot is taken."""
        if not any(job.is_active for job in self.jobs.values()):
            job = self._job(kind, "")
            self.later(seconds, lambda: self._end(job, COMPLETED))

    def _answer(self, request: HttpRequest) -> Answer:
        what, *names = unquote(urlsplit(request.url).path).strip("/").split("/")
        if what in {"devices", "twins"}:
            return self._in_registry(request, what, *names)
        return self._of_jobs(request, what, *names)

    def _of_jobs(self, request: HttpRequest, *path: str) -> Answer:
        match request.method, path:
            case "GET", ("jobs",):
                seen = (one.shown(self.time() - self.network.stale) for one in self.jobs.values())
                return Answer(200, [job for job in seen if job])
            case "GET", ("statistics", "devices"):
                return Answer(200, {"totalDeviceCount": len(self.registry.devices)})
            case "POST", ("jobs", "create"):
                return self._create(json.loads(request.content))
            case verb, ("jobs", job_id):
                return self._one(verb, self.jobs.get(job_id))
        return _error(HTTPStatus.NOT_FOUND, "NotFound")

    def _in_registry(self, request: HttpRequest, what: str, device_id: str = "") -> Answer:
        if request.method == "POST":
            result = self.registry.apply(json.loads(request.content))
            status = HTTPStatus.OK if result["isSuccessful"] else HTTPStatus.BAD_REQUEST
            return Answer(status, result)
        look = self.registry.identity if what == "devices" else self.registry.twin
        shown = look(device_id)
        return Answer(200, shown) if shown else _error(HTTPStatus.NOT_FOUND, "DeviceNotFound")

    def _one(self, verb: str, job: HubJob | None) -> Answer:
        if job is None:
            return _error(HTTPStatus.NOT_FOUND, "JobNotFound")
        return self._cancel(job) if verb == "DELETE" else Answer(200, job.shown(self.time()))

    def _create(self, properties: Mapping[str, Any]) -> Answer:
        self.posts += 1
        address = urlsplit(properties["outputBlobContainerUri"])
        container = address.path.strip("/")
        blobs = self.accounts[address.netloc].containers.get(container)
        wanted = _wanted(properties)
        is_ready = blobs is not None and wanted <= blobs.keys()
        if any(job.is_active for job in self.jobs.values()):
            asked = HubJob("", properties["type"], container, [])
            self.watch("overlap" if is_ready else "refused", asked)
            return _error(HTTPStatus.FORBIDDEN, "JobQuotaExceeded")
        if blobs is None or not is_ready:
            self.watch("refused", HubJob("", properties["type"], container, []))
            return _error(HTTPStatus.BAD_REQUEST, "BlobContainerValidationError")
        job = self._job(properties["type"], container)
        job.is_about_configurations = CONFIGURATIONS in wanted
        job.lines = [line for name in wanted for line in blobs[name].content.splitlines()]
        self.watch("created", job)
        seconds, end = self.course(job)
        self.later(seconds, lambda: self._end(job, end))
        return Answer(200, job.shown(self.time()))

    def _job(self, kind: str, container: str) -> HubJob:
        job = HubJob(f"{self.host}-{next(self._ids)}", kind, container, [(self.time(), "running")])
        self.jobs[job.id] = job
        return job

    def _cancel(self, job: HubJob) -> Answer:
        if not job.is_active:
            return _error(HTTPStatus.INTERNAL_SERVER_ERROR, "ServerError")
        job.statuses.append((self.time(), CANCELLED))
        return Answer(200, job.shown(self.time()))

    def _end(self, job: HubJob, status: str) -> None:
        if not job.is_active:
            return
        job.statuses.append((self.time(), status))
        for account in self.accounts.values():
            if status == COMPLETED and job.container in account.containers:
                name, content = _written(job)
                account.put(job.container, name, content)


def _wanted(properties: Mapping[str, Any]) -> set[str]:
    """Return the blobs that a job reads, without which it does not begin."""
    if properties["type"] == "export":
        return set()
    return {DEVICES} | ({CONFIGURATIONS} if properties.get("includeConfigurations") else set())


def _written(job: HubJob) -> tuple[str, bytes]:
    """Return the blob that a job writes when it completes."""
    if job.kind == "export":
        return DEVICES, b'{"id":"exported","status":"enabled"}\n'
    name = CONFIGURATION_ERRORS if job.is_about_configurations else ERRORS
    return name, b"".join(map(_log_line, job.lines))


def _log_line(line: bytes) -> bytes:
    device_id = json.loads(line)["id"]
    refused = (code for begin, code in _REFUSED.items() if device_id.startswith(begin))
    said = (
        {"deviceId": device_id, "errorCode": code, "errorStatus": "as it begins"}
        for code in refused
    )
    return b"".join(json.dumps(one).encode() + b"\n" for one in said)


def _error(status: HTTPStatus, name: str) -> Answer:
    return Answer(status, {"Message": f"ErrorCode:{name};{name}"})


class FakePipeline:
    """`PipelineClient` of one hub."""

    def __init__(self, hub: FakeIotHub) -> None:
        self._hub = hub

    def format_url(self, path: str) -> str:
        """Return an absolute address."""
        return f"https://{self._hub.host}{path}"

    def send_request(self, request: HttpRequest, **options: Any) -> Answer:
        """Send it to the hub."""
        return self._hub.send_request(request, **options)
