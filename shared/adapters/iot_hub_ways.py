"""A hub that is reached in several ways: jobs for many lines, bulk calls for few.

Until its lines are counted, an import takes the way of the job.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager

from shared.domain.formats.recognition import Kind
from shared.domain.job import Job
from shared.ports import AGAIN, AttemptRef, LineErrors, Scopes, Target


#: The way of a job, as in a target that has no other.
JOB = ""
BULK = "bulk"


class IotHubWays:
    """The `Target` port on the ways into one hub.

    Args:
        job: Import jobs.
        bulk: Bulk calls.
        again: Calls for single lines that a job refused for want of room.
        most: Lines that go by bulk calls: what the hub takes of them in a minute, or 0.
    """

    def __init__(self, job: Target, bulk: Target, again: Target, most: int) -> None:
        self._job = job
        self._most = most
        self.ways: Mapping[str, Target] = {JOB: job, BULK: bulk, AGAIN: again}
        self.slot = job.slot
        self.strict = job.strict
        self.takes: Kind = job.takes
        self.tasks = job.tasks
        self.scopes: Scopes | None = bulk.scopes

    def way_for(self, lines: int) -> str:
        """Return the way of the calls while they need no minute's wait; see the port."""
        return BULK if lines <= self._most else JOB

    def look(self) -> Sequence[Job]:
        """Return all jobs that the hub shows; see the port."""
        return self._job.look()

    def preflight(self, ref: AttemptRef, effects: Mapping[str, int]) -> None:
        """Make sure that a job could do it; see the port."""
        self._job.preflight(ref, effects)

    def prepare(self, ref: AttemptRef) -> None:
        """Lay out the lines for a job; see the port."""
        self._job.prepare(ref)

    def start(self, ref: AttemptRef) -> str:
        """Start a job; see the port."""
        return self._job.start(ref)

    def advance(self, ref: AttemptRef, job_id: str, jobs: Sequence[Job]) -> Job | None:
        """Return where the job stands; see the port."""
        return self._job.advance(ref, job_id, jobs)

    def cancel(self, job_id: str) -> None:
        """Cancel a job; see the port."""
        self._job.cancel(job_id)

    def fence(self, ref: AttemptRef) -> None:
        """Take the input of a job away; see the port."""
        self._job.fence(ref)

    def outcome(self, ref: AttemptRef) -> AbstractContextManager[LineErrors | None]:
        """Open the log of a job; see the port."""
        return self._job.outcome(ref)

    def exported(self, ref: AttemptRef) -> Mapping[str, Iterator[bytes]] | None:
        """Return what a job exported; see the port."""
        return self._job.exported(ref)

    def clear(self, ref: AttemptRef) -> None:
        """Delete what was laid out for a job; see the port."""
        self._job.clear(ref)
