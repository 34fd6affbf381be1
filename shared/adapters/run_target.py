"""What targets without jobs of a service share: the run is ours, and each poll goes on with it."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from shared.adapters.run_documents import RunDocuments, Stored
from shared.domain.errors import AnswerLost, Unavailable
from shared.domain.formats.recognition import Kind
from shared.domain.job import Job, JobStatus
from shared.domain.run import Run
from shared.domain.task import Task
from shared.ports import AttemptRef, Scopes, Target


class RunTarget[R: Run]:
    """The part of the `Target` port that is the same for all runs of ours.

    Args:
        runs: Where runs are kept; of the target's slot.
        slot: See the port.
        strict: See the port.
    """

    takes: ClassVar[Kind] = "devices"
    tasks: frozenset[Task] = frozenset({Task.IMPORT})
    scopes: Scopes | None = None

    def __init__(self, runs: RunDocuments[R], slot: str, *, strict: bool) -> None:
        self._runs = runs
        self.slot = slot
        self.strict = strict

    @property
    def ways(self) -> Mapping[str, Target]:
        """The target itself; see the port."""
        return {"": self}  # type: ignore[dict-item]  # what is missing here the heirs have

    def way_for(self, _lines: int) -> str:
        """Return the only way; see the port."""
        return ""

    def look(self) -> Sequence[Job]:
        """Return all runs that were started; see the port."""
        return self._runs.jobs()

    def cancel(self, job_id: str) -> None:
        """End the run where it is; see the port. What was applied by then stays applied."""
        self._runs.cancel(job_id)

    def fence(self, ref: AttemptRef) -> None:
        """Take back a run that is not started; see the port."""
        self._runs.withdraw(ref)

    def exported(self, _: AttemptRef) -> None:
        """Return None: nothing is exported. See the port."""
        return

    def clear(self, ref: AttemptRef) -> None:
        """Forget the run and what was said; see the port."""
        self._runs.clear(ref)

    def _set_going(self, ref: AttemptRef, stored: Stored[R]) -> None:
        """Start a run that was laid down.

        Raises:
            Conflict: It was taken back, or somebody else wrote it.
            AnswerLost: It may be going: nobody knows what became of the write.
        """
        going = stored.run.model_copy(update={"status": JobStatus.RUNNING})
        try:
            self._runs.write(ref, going, stored.version)
        except Unavailable as lost:
            raise AnswerLost(str(lost)).blaming(lost.service) from lost
