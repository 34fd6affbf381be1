"""Imports into an IoT hub by its import jobs. Source: bulk identity management how-to."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from shared.adapters.exchange import INPUT, Exchange
from shared.adapters.iot_hub_client import IotHubClient
from shared.adapters.line_errors import line_errors
from shared.domain.formats.ndjson import split_lines
from shared.domain.formats.recognition import Kind
from shared.domain.import_errors import parse_import_errors
from shared.domain.job import Job, JobStatus, find_job_by_id
from shared.domain.redaction import redacted
from shared.ports import AttemptRef, LineErrors, Target


class IotHubTarget:
    """The `Target` port on an IoT hub's data plane."""

    takes: Kind = "devices"

    def __init__(self, client: IotHubClient, exchange: Exchange, *, strict: bool) -> None:
        self._client = client
        self._exchange = exchange
        self.strict = strict
        self.slot = client.host

    def look(self) -> Sequence[Job]:
        """Return all jobs that the hub shows; see the port."""
        return [_job(properties) for properties in self._client.jobs()]

    def prepare(self, ref: AttemptRef) -> None:
        """Lay out the accepted lines; see the port."""
        self._exchange.lay_out(ref)

    def start(self, ref: AttemptRef) -> str:
        """Create the job with one call; see the port."""
        source, output = self._exchange.addresses(ref)
        return self._client.create_job(
            {
                "type": "import",
                "inputBlobContainerUri": source,
                "inputBlobName": INPUT,
                "outputBlobContainerUri": output,
                "storageAuthenticationType": "keyBased",
            }
        )

    @property
    def ways(self) -> Mapping[str, Target]:
        """The target itself; see the port."""
        return {"": self}

    def way_for(self, _lines: int) -> str:
        """Return the only way; see the port."""
        return ""

    def advance(self, _: AttemptRef, job_id: str, jobs: Sequence[Job]) -> Job | None:
        """Return where the job stands; the hub goes through it by itself. See the port."""
        return find_job_by_id(job_id, jobs)

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

    def clear(self, ref: AttemptRef) -> None:
        """Delete the exchange container; see the port."""
        self._exchange.remove(ref)


def _job(properties: Mapping[str, Any]) -> Job:
    status = str(properties.get("status", "")).lower()
    return Job(
        id=str(properties.get("jobId", "")),
        kind=str(properties.get("type", "")).lower(),
        status=JobStatus(status) if status in JobStatus else JobStatus.UNKNOWN,
        failure_reason=redacted(str(properties.get("failureReason") or "")),
    )
