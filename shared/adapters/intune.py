"""Imports corporate identifiers into Intune, by Microsoft Graph.

Graph has no jobs, so the run is ours: `start` puts it down, each poll makes some of the calls.
A slot keeps two imports from one tenant's throttle; nothing else would suffer from two.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import ClassVar

from shared.adapters.graph_client import GraphClient
from shared.adapters.intune_run import IntuneRun
from shared.adapters.line_errors import line_errors
from shared.adapters.run_documents import RunDocuments, job_id
from shared.adapters.run_target import RunTarget
from shared.domain.chunked_run import ChunkedRun
from shared.domain.errors import Conflict, TargetBusy, TargetRefused
from shared.domain.formats.recognition import Kind
from shared.domain.job import Job, JobStatus
from shared.ports import AttemptRef, Clock, LineErrors, Work


class IntuneTarget(RunTarget[ChunkedRun]):
    """The `Target` port on one tenant of Intune.

    Args:
        client: Its Graph.
        runs: Where runs are kept; of the target's slot.
        work: The accepted lines.
        clock: Tells when to stop, and when to go on after being throttled.
        strict: See the port.
        overwrite: Whether identities that exist get the details of the file.
    """

    takes: ClassVar[Kind] = "intune"

    def __init__(
        self,
        client: GraphClient,
        runs: RunDocuments[ChunkedRun],
        work: Work,
        clock: Clock,
        *,
        strict: bool,
        overwrite: bool,
    ) -> None:
        super().__init__(runs, slot_of(client.host), strict=strict)
        self._client = client
        self._work = work
        self._clock = clock
        self._overwrite = overwrite

    def preflight(self, ref: AttemptRef, effects: Mapping[str, int]) -> None:
        """Do nothing; see the port. A right is told by the first call, and Intune has no limit."""

    def prepare(self, ref: AttemptRef) -> None:
        """Put down a run that is not started; see the port. The lines stay where they are."""
        self._runs.prepare(ref, ChunkedRun(lines=ref.lines))

    def start(self, ref: AttemptRef) -> str:
        """Start the run; see the port. Nothing is sent before the first `advance`."""
        if any(job.takes_slot for job in self.look()):
            message = "another import is running there"
            raise TargetBusy(message)
        try:
            if (stored := self._runs.read(ref)) and stored.run.status is None:
                self._set_going(ref, stored)
                return job_id(ref)
        except Conflict:
            pass  # it was withdrawn just now
        raise TargetRefused("Withdrawn", "the import was taken back before it could start")  # noqa: EM101 - a code and a sentence

    def advance(self, ref: AttemptRef, job_id: str, _jobs: Sequence[Job]) -> Job | None:
        """Make some of the calls; see the port."""
        stored = self._runs.read(ref)
        if stored is None or stored.run.status is None:
            return None
        run = IntuneRun(
            client=self._client,
            runs=self._runs,
            work=self._work,
            clock=self._clock,
            ref=ref,
            stored=stored,
            overwrite=self._overwrite,
        ).go_on()
        return Job(job_id, "import", run.status or JobStatus.UNKNOWN, run.failure_reason)

    @contextmanager
    def outcome(self, ref: AttemptRef) -> Iterator[LineErrors | None]:
        """Open what became of the lines; see the port."""
        stored = self._runs.read(ref)
        if stored is None or stored.run.status is not JobStatus.COMPLETED:
            yield None
        else:
            with line_errors(self._runs.told(ref)) as errors:
                yield errors


def slot_of(host: str) -> str:
    """Return the slot that all targets of a Graph share."""
    return f"intune:{host}"
