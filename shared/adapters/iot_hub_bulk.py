"""Imports into an IoT hub by bulk calls: at once, line by line, and without the hub's job slot.

There is no job at the hub, so it is kept here: a checkpoint in `state`, which `start` sets going
and every `advance` brings on a little.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from shared.adapters.bulk_run import BulkHabit, BulkPlace, BulkRun
from shared.adapters.checkpoints import Checkpoints, Stored
from shared.adapters.line_errors import line_errors
from shared.domain.accepted_part import names_of
from shared.domain.checkpoint import Checkpoint
from shared.domain.chunk import MOST_DEVICES
from shared.domain.errors import Conflict, TargetRefused
from shared.domain.formats.ndjson import split_lines
from shared.domain.formats.recognition import Kind
from shared.domain.import_errors import LineError
from shared.domain.job import Job, JobStatus
from shared.ports import AttemptRef, LineErrors, Target


#: What a start without a checkpoint is refused with.
NOT_PREPARED: Final = "not_prepared"


#: An import in calls of as many lines as a call takes.
MANY: Final = BulkHabit("bulk", MOST_DEVICES)
#: Lines that a job refused for want of room, each in a call of its own. Where so many in a row
#: have no room again, the hub is full.
ONE: Final = BulkHabit("again", 1, no_room=100)


class IotHubBulkTarget:
    """The `Target` port on the bulk calls of an IoT hub.

    Args:
        place: Where the calls are made.
        habit: How; targets with different habits share nothing but the hub's budget.
        strict: Whether one bad line rejects the whole file.
    """

    takes: Kind = "devices"

    def __init__(self, place: BulkPlace, habit: BulkHabit, *, strict: bool) -> None:
        host = place.registry.host
        folder = f"{habit.name}/{host.replace(':', '-')}"
        self._place = place
        self._habit = habit
        self._checkpoints = Checkpoints(place.documents, folder)
        self.slot = f"{habit.name}:{host}"
        self.strict = strict

    @property
    def ways(self) -> Mapping[str, Target]:
        """The target itself; see the port."""
        return {"": self}

    def way_for(self, _lines: int) -> str:
        """Return the only way; see the port."""
        return ""

    def look(self) -> Sequence[Job]:
        """Return all jobs that were started; see the port."""
        return list(self._checkpoints.jobs())

    def prepare(self, ref: AttemptRef) -> None:
        """Lay down the first checkpoint; see the port. The lines stay where they are."""
        self._checkpoints.create(_job_id(ref), Checkpoint(lines=ref.lines))

    def start(self, ref: AttemptRef) -> str:
        """Set the job going; see the port. Its id follows from the attempt.

        No call is made to the hub, so a job that was started before is simply named again.
        """
        stored = self._checkpoints.read(_job_id(ref))
        if stored is None:
            raise TargetRefused(NOT_PREPARED, "there is no checkpoint to start from")
        if stored.checkpoint.status is None:
            self._set_going(ref, stored)
        return _job_id(ref)

    def advance(self, ref: AttemptRef, job_id: str, _: Sequence[Job]) -> Job | None:
        """Make some of the calls; see the port."""
        stored = self._checkpoints.read(job_id)
        if stored is None or stored.checkpoint.status is None:
            return None
        reached = self._run(ref, job_id, stored).go_on()
        why = reached.refused.text if reached.refused else ""
        return Job(job_id, "import", reached.status or JobStatus.UNKNOWN, why)

    def fence(self, ref: AttemptRef) -> None:
        """Take the checkpoint away unless the job was started; see the port."""
        self._checkpoints.withdraw(_job_id(ref))

    @contextmanager
    def outcome(self, ref: AttemptRef) -> Iterator[LineErrors | None]:
        """Open what the calls said; see the port."""
        stored = self._checkpoints.read(_job_id(ref))
        if stored is None or not stored.checkpoint.is_final:
            yield None
        else:
            with line_errors(self._said(ref, stored.checkpoint)) as errors:
                yield errors

    def clear(self, ref: AttemptRef) -> None:
        """Delete the checkpoint and what was said; see the port."""
        self._checkpoints.delete(_job_id(ref))

    def _set_going(self, ref: AttemptRef, stored: Stored) -> None:
        running = stored.checkpoint.with_status(JobStatus.RUNNING)
        try:
            self._checkpoints.replace(_job_id(ref), running, stored.version)
        except Conflict as gone:
            raise TargetRefused(NOT_PREPARED, "the checkpoint was taken away") from gone

    def _run(self, ref: AttemptRef, job_id: str, stored: Stored) -> BulkRun:
        return BulkRun(self._place, self._habit, self._checkpoints, ref, job_id, stored)

    def _said(self, ref: AttemptRef, ended: Checkpoint) -> Iterator[LineError]:
        yield from self._checkpoints.said(_job_id(ref))
        if why := ended.refused:
            for line in self._never_sent(ref, ended):
                yield LineError(*names_of(line), why.code, why.text)

    def _never_sent(self, ref: AttemptRef, ended: Checkpoint) -> Iterator[bytes]:
        path = f"work/{ref.import_id}/{ref.part}"
        for single in ended.singles:
            yield b"".join(self._place.work.read(path, *single.place))
        if ended.lines_taken < ended.lines:
            yield from split_lines(self._place.work.read(path, ended.bytes_taken))


def _job_id(ref: AttemptRef) -> str:
    return f"{ref.import_id}-{ref.number}"
