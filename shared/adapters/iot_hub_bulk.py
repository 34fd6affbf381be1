"""Imports into an IoT hub by bulk calls: at once, line by line, and without the hub's job slot.

There is no job at the hub, so it is kept here: a checkpoint in `state`, which `start` sets going
and every `advance` brings on a little.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from shared.adapters.bulk_run import BulkHabit, BulkPlace, BulkRun
from shared.adapters.hub_scopes import HubScopes
from shared.adapters.hub_target import check_room
from shared.adapters.line_errors import line_errors
from shared.adapters.run_documents import RunDocuments, job_id
from shared.adapters.run_target import RunTarget
from shared.domain.accepted_part import names_of
from shared.domain.capacity import Usage
from shared.domain.checkpoint import Checkpoint
from shared.domain.chunk import MOST_DEVICES
from shared.domain.errors import Conflict, TargetRefused, TargetThrottled
from shared.domain.formats.ndjson import split_lines
from shared.domain.import_errors import LineError
from shared.domain.import_record import Reason
from shared.domain.job import Job, JobStatus
from shared.ports import AttemptRef, LineErrors


#: What a start without a checkpoint is refused with.
NOT_PREPARED: Final = "not_prepared"


#: Of lines whose answers nobody waited for.
CANCELLED: Final = Reason(code="cancelled", text="cancelled before the hub answered")
#: An import in calls of as many lines as a call takes.
MANY: Final = BulkHabit("bulk", MOST_DEVICES)
#: Lines that a job refused for want of room, each in a call of its own. Where so many in a row
#: have no room again, the hub is full.
ONE: Final = BulkHabit("again", 1, no_room=100)


class IotHubBulkTarget(RunTarget[Checkpoint]):
    """The `Target` port on the bulk calls of an IoT hub.

    Args:
        place: Where the calls are made.
        habit: How; targets with different habits share nothing but the hub's budget.
        strict: Whether one bad line rejects the whole file.
    """

    def __init__(self, place: BulkPlace, habit: BulkHabit, *, strict: bool) -> None:
        self._place = place
        self._habit = habit
        self.scopes = HubScopes(place.registry, place.budget)
        slot = f"{habit.name}:{place.registry.host}"
        super().__init__(RunDocuments(place.documents, slot, Checkpoint), slot, strict=strict)

    def preflight(self, _: AttemptRef, effects: Mapping[str, int]) -> None:
        """Count the hub's devices, if it takes more than a minute to try all lines; see the port.

        Fewer are tried as fast as asked about: the first call tells whether the app is let in, and
        each line whether there is room. The count is an operation of the budget, as lines are.
        """
        budget = self._place.budget
        if sum(effects.values()) <= budget.rate:
            return
        if not budget.take(1):
            message = "this minute's calls are used up"
            raise TargetThrottled(message)
        check_room(Usage(self._place.registry.count_devices(), self._place.device_limit), effects)

    def prepare(self, ref: AttemptRef) -> None:
        """Lay down the first checkpoint; see the port. The lines stay where they are."""
        self._runs.prepare(ref, Checkpoint(lines=ref.lines))

    def start(self, ref: AttemptRef) -> str:
        """Set the run going; see the port. Its id follows from the attempt.

        No call is made to the hub, so a run that was started before is simply named again.
        """
        stored = self._runs.read(ref)
        if stored is None:
            raise TargetRefused(NOT_PREPARED, "there is no checkpoint to start from")
        if stored.run.status is None:
            try:
                self._set_going(ref, stored)
            except Conflict as gone:
                raise TargetRefused(NOT_PREPARED, "the checkpoint was taken away") from gone
        return job_id(ref)

    def advance(self, ref: AttemptRef, job_id: str, _: Sequence[Job]) -> Job | None:
        """Make some of the calls; see the port."""
        stored = self._runs.read(ref)
        if stored is None or stored.run.status is None:
            return None
        run = BulkRun(self._place, self._habit, self._runs, ref, stored).go_on()
        status = run.status or JobStatus.UNKNOWN
        return Job(job_id, "import", status, run.failure_reason, tells_of_lines=True)

    @contextmanager
    def outcome(self, ref: AttemptRef) -> Iterator[LineErrors | None]:
        """Open what the calls said; see the port."""
        stored = self._runs.read(ref)
        if stored is None or not stored.run.is_final:
            yield None
        else:
            with line_errors(self._said(ref, stored.run)) as errors:
                yield errors

    def _said(self, ref: AttemptRef, ended: Checkpoint) -> Iterator[LineError]:
        # What a worker puts away is in the checkpoint until that says so.
        yield from self._runs.told(ref, ended.put_away)
        yield from ended.said
        if not ended.is_through:
            why = ended.refused or CANCELLED
            for line in self._without_answer(ref, ended):
                yield LineError(*names_of(line), why.code, why.text)

    def _without_answer(self, ref: AttemptRef, ended: Checkpoint) -> Iterator[bytes]:
        path = f"work/{ref.import_id}/{ref.part}"
        for single in ended.singles:
            yield b"".join(self._place.work.read(path, *single.place))
        yield from split_lines(self._place.work.read(path, ended.bytes_taken))
