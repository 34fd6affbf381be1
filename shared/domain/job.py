"""A job as a target shows it. Source: JobProperties of the service swagger (2021-04-12)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class JobStatus(StrEnum):
    """Where a job stands, in the hub's own words."""

    UNKNOWN = "unknown"
    ENQUEUED = "enqueued"
    RUNNING = "running"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether the hub is done with the job."""
        return self in {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the target shows it."""

    id: str
    #: `import` or `export`: the two kinds that take the slot.
    kind: str
    status: JobStatus
    failure_reason: str = ""
    #: Whether the target tells of each line, though the job came to a bad end.
    tells_of_lines: bool = False

    @property
    def takes_slot(self) -> bool:
        """Whether the job keeps every other import and export of the hub waiting."""
        return self.kind in {"import", "export"} and not self.status.is_final


def find_job_by_id(job_id: str, jobs: Iterable[Job]) -> Job | None:
    """Return the job with an id, if it is among those that a target shows."""
    return next((job for job in jobs if job.id == job_id), None)
