"""The calls to Azure Resource Manager about one IoT hub. Source: its swagger 2023-06-30.

Import and export are answered in one of two ways. Newer contracts say 200 with the job. The
reference page of 2016-02-03 says "always 202", with `Location`, `Azure-AsyncOperation` and
`Retry-After` and without a word of the job. Both are taken, whatever the version.
"""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from azure.core.rest import HttpResponse

from shared.adapters.rest import RestClient, Service, Signing
from shared.domain.capacity import Usage
from shared.domain.errors import TargetRefused, TargetUnreachable, Unavailable


API_VERSION: Final = "2023-06-30"
#: Source: the provider's operations, and who has them: Contributor, or a role of one's own.
RIGHTS: Final = (
    "the app needs the actions importDevices, exportDevices, jobs/read and quotaMetrics/read of "
    "Microsoft.Devices/IotHubs on the hub, as in the role Contributor"
)
_ACCEPTED: Final = 202
_DONE: Final = 204
_NOT_FOUND: Final = frozenset({"JobNotFound", "ResourceNotFound"})
#: What an operation says of itself while it goes on (page of 2016-02-03).
IN_PROGRESS: Final[Mapping[str, Any]] = {"status": "InProgress"}
_DEVICES: Final = "totaldevicecount"
#: Where an accepted operation is asked after; its address comes from the service, so no more of
#: it is kept than this.
_OPERATION: Final = re.compile(r"/operationResults/[A-Za-z0-9=_-]{1,200}\?\S{1,200}", re.ASCII)
_PAGES: Final = 1000


def token_scope(host: str) -> str:
    """Return what a token for Resource Manager is for; on this machine, what Azure's is."""
    return f"https://{'management.azure.com' if ':' in host else host}/.default"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer 202: what is asked for will be done, and the job is not told."""

    #: Path and query below the hub at which to ask after it.
    operation: str


class ArmClient:
    """Speaks to Resource Manager about one hub; see `RestClient` for what it raises.

    Args:
        host: Host of Resource Manager, with a port only for a local one.
        resource: Resource Manager id of the hub.
        signing: What signs the requests.
        timeout: Seconds that connecting may take, and reading an answer.
        ca_file: Certificate authorities to trust; those of the machine if there is none.
        identity_account: See `Service`.
    """

    def __init__(
        self,
        host: str,
        resource: str,
        signing: Signing,
        timeout: float,
        *,
        ca_file: str | None = None,
        identity_account: str | None = None,
    ) -> None:
        self._host = host
        self._resource = resource
        service = Service(host, API_VERSION, RIGHTS, identity_account)
        self._rest = RestClient(service, signing, timeout, ca_file)
        #: When an operation may be asked after again, by `time.monotonic`.
        self._due: dict[str, float] = {}

    def jobs(self) -> Iterator[Mapping[str, Any]]:
        """Yield all jobs that the hub shows, page by page."""
        path: str | None = f"{self._resource}/jobs"
        for _ in range(_PAGES):
            if not path:
                return
            jobs, path = self._rest.get(path, self._page)
            yield from jobs
        message = f"{self._host}: the list of jobs has no end"
        raise Unavailable(message)

    def create_job(self, action: str, body: Mapping[str, Any]) -> str | Accepted:
        """Create a job with exactly one POST; return its id, or where to ask after it.

        Args:
            action: importDevices or exportDevices.
            body: In Resource Manager's words.
        """
        return self._rest.post_once(f"{self._resource}/{action}", body, self._created)

    def operation(self, accepted: Accepted) -> Mapping[str, Any] | None:
        """Return status and error of what was accepted, or None if nobody knows it any more.

        Until `Retry-After` is over nobody is asked, and it goes on.
        """
        if time.monotonic() < self._due.get(accepted.operation, 0):
            return IN_PROGRESS

        def read(answer: HttpResponse) -> Mapping[str, Any]:
            self._wait(accepted.operation, answer)
            return _operation(answer)

        try:
            return self._rest.get(f"{self._resource}{accepted.operation}", read)
        except TargetUnreachable:
            return None  # 404 without a name
        except TargetRefused as refused:
            if refused.code not in _NOT_FOUND:
                raise
            return None

    def _wait(self, operation: str, answer: HttpResponse) -> None:
        self._due[operation] = time.monotonic() + _retry_after(answer)

    def devices(self) -> Usage:
        """Return how many devices the hub has and takes."""
        return self._rest.get(f"{self._resource}/quotaMetrics", _devices)

    def _page(self, answer: HttpResponse) -> tuple[list[dict[str, Any]], str | None]:
        page = answer.json()
        following = page.get("nextLink")
        return [dict(job) for job in page["value"]], following and self._path_of(following)

    def _created(self, answer: HttpResponse) -> str | Accepted:
        if answer.status_code != _ACCEPTED:
            return str(answer.json()["jobId"])
        where = answer.headers.get("Azure-AsyncOperation") or answer.headers["Location"]
        operation = self._path_of(where)[len(self._resource) :]
        if not _OPERATION.fullmatch(operation):
            message = "the operation is none of the hub's"
            raise ValueError(message)
        self._wait(operation, answer)
        return Accepted(operation)

    def _path_of(self, address: str) -> str:
        """Return path and query of an address of this host; no token goes anywhere else."""
        parts = urlsplit(address)
        if parts.netloc != self._host:
            message = "the answer leads to another host"
            raise ValueError(message)
        return f"{parts.path}?{parts.query}"


def _operation(answer: HttpResponse) -> Mapping[str, Any]:
    """Read what `Azure-AsyncOperation` says, or `Location`, which says it by the status."""
    if answer.status_code == _ACCEPTED:
        return IN_PROGRESS
    return {"status": "Succeeded"} if answer.status_code == _DONE else dict(answer.json())


def _retry_after(answer: HttpResponse) -> float:
    """Return the seconds that `Retry-After` asks for, which may say them or name a time."""
    asked = answer.headers.get("Retry-After", "0")
    if asked.isdecimal():
        return float(asked)
    return (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()


def _devices(answer: HttpResponse) -> Usage:
    """Read the one metric that counts; older contracts spell names in PascalCase."""
    for metric in answer.json()["value"]:
        named = {name.lower(): value for name, value in metric.items()}
        if str(named["name"]).lower() == _DEVICES:
            return Usage(int(named["currentvalue"]), int(named["maxvalue"]))
    raise KeyError(_DEVICES)
