"""One run of an import by bulk calls: goes on from its checkpoint while time and budget last."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from shared import outages
from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.hub_budget import HubBudget
from shared.adapters.iot_hub_registry import IotHubRegistry
from shared.adapters.run_documents import RunDocuments, Stored, job_id
from shared.domain.accepted_part import names_of
from shared.domain.bulk_result import NO_TWIN, QUOTA, BulkResult, CallRefused
from shared.domain.checkpoint import MOST_LOST, Checkpoint, Single
from shared.domain.chunk import WINDOW_BYTES, next_lines
from shared.domain.effect import Left, needs_twin, twin_update, what_is_left
from shared.domain.errors import (
    AnswerLost,
    TargetRefused,
    TargetThrottled,
    TargetUnreachable,
    Unavailable,
)
from shared.domain.import_errors import LineError
from shared.domain.import_record import Reason
from shared.domain.job import JobStatus
from shared.ports import AttemptRef, Clock, Work


log = logging.getLogger(__name__)

#: How long a run may begin calls. It has less than 5 minutes, and several hubs may be waiting.
RUN_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class BulkPlace:
    """Where calls are made, and what is written down of them."""

    registry: IotHubRegistry
    documents: BlobDocuments
    budget: HubBudget
    work: Work
    clock: Clock
    #: How long the answer to a call may take before the call counts as lost. A call is made
    #: within the first third of it or not at all.
    patience: timedelta
    #: How many devices the hub takes, which it does not tell.
    device_limit: int


@dataclass(frozen=True, slots=True)
class BulkHabit:
    """How calls are made."""

    #: Tells the checkpoints and the slot apart from those of another habit.
    name: str
    #: Lines of one call.
    chunk: int
    #: How many lines in a row may be refused for want of room before the rest is not even tried;
    #: None tries all, for among them may be deletes.
    no_room: int | None = None


class BulkRun:
    """Goes on with the run of one attempt.

    Args:
        place: Where.
        habit: How.
        runs: Where runs with this habit are kept.
        ref: The attempt.
        stored: How far it has come.
    """

    def __init__(
        self,
        place: BulkPlace,
        habit: BulkHabit,
        runs: RunDocuments[Checkpoint],
        ref: AttemptRef,
        stored: Stored[Checkpoint],
    ) -> None:
        self._place = place
        self._habit = habit
        self._runs = runs
        self._ref = ref
        self._file = f"work/{ref.import_id}/{ref.part}"
        self._stored = stored

    def go_on(self) -> Checkpoint:
        """Take steps until the job is done, or the rest must wait for the next run.

        Raises:
            TryAgain: Storage or hub are away, or another run was faster.
        """
        latest = self._place.clock.monotonic() + RUN_SECONDS
        while not self._here.is_final and self._place.clock.monotonic() < latest:
            if not self._step():
                break
        return self._here

    @property
    def _here(self) -> Checkpoint:
        return self._stored.run

    def _step(self) -> bool:
        """Take the next step; tell whether another one may follow at once."""
        here = self._here
        if here.said:
            return self._put_away()
        if here.intent:
            return self._give_up_waiting()
        if here.is_through:
            return self._save(here.with_status(JobStatus.COMPLETED))
        if self._habit.no_room and here.no_room >= self._habit.no_room:
            text = f"the hub is full: it refused {here.no_room} lines in a row before this one"
            return self._save(here.stopped(Reason(code=QUOTA, text=text)))
        return self._single(here.singles[0]) if here.singles else self._chunk()

    def _save(self, checkpoint: Checkpoint) -> bool:
        self._stored = self._runs.write(self._ref, checkpoint, self._stored.version)
        return True

    def _put_away(self) -> bool:
        self._runs.tell(self._ref, self._here.put_away, self._here.said)
        return self._save(self._here.told())

    def _give_up_waiting(self) -> bool:
        """Have the lines of a call whose answer got lost tried one by one, after a look."""
        intent = self._here.intent
        if not intent or self._place.clock.now() - intent.at < self._place.patience:
            return False
        log.info("bulk.answer_lost job_id=%s lines=%d", job_id(self._ref), intent.lines)
        lines = next_lines(self._read(intent.start, intent.size), intent.lines)
        return self._save(self._here.one_by_one(lines, in_doubt=True))

    def _chunk(self) -> bool:
        """Call with the next lines of the file, as many as one call and the budget allow."""
        here = self._here
        lines = next_lines(self._read(here.bytes_taken, WINDOW_BYTES), self._habit.chunk)
        if not lines:
            message = f"{self._file} is shorter than it was counted"
            raise Unavailable(message)
        lines = lines[: self._place.budget.take(len(lines))]
        if not lines:
            return False
        return self._call(here.intends(self._place.clock.now(), lines), lines)

    def _single(self, single: Single) -> bool:
        """Call with one line; if its answer got lost before, look first what is left to do."""
        line = self._read(*single.place)
        cost = 2 if single.in_doubt else 1
        if not self._place.budget.take(cost, cost):
            return False
        here = self._here
        left = self._left(single, json.loads(line)) if single.in_doubt else Left.ALL
        if left is Left.NOTHING:
            text = "the hub's answer got lost, and the device was found as the line wants it"
            found = LineError(*names_of(line), "found_applied", text, applied=True)
            return self._save(here.looked(found))
        if left is Left.TWIN:
            return self._save(here.only_twin())
        if single.lost >= MOST_LOST:
            text = f"the hub's answer got lost {single.lost} times; look at the device"
            return self._save(here.looked(LineError(*names_of(line), "answer_lost", text)))
        call = json.dumps(twin_update(json.loads(line))).encode() if single.twin_only else line
        return self._call(here.intends_single(self._place.clock.now()), [call])

    def _left(self, single: Single, line: Any) -> Left:
        wanted = twin_update(line) if single.twin_only else line
        names = line["id"], line.get("moduleId") or None
        registry = self._place.registry
        try:
            identity = registry.identity(*names)
            twin = registry.twin(*names) if identity and needs_twin(wanted) else None
        except TargetRefused:
            return Left.ALL  # the hub does not show it, so it cannot be seen to be done
        except (TargetThrottled, TargetUnreachable, AnswerLost) as why:
            raise Unavailable(str(why)).blaming(why.service) from why
        return what_is_left(wanted, identity, twin)

    def _call(self, intended: Checkpoint, lines: Sequence[bytes]) -> bool:
        """Make one call, right after its intent is stored."""
        place = self._place
        latest = place.clock.monotonic() + place.patience.total_seconds() / 3
        self._save(intended)
        # A worker that was paused until now must not call: another one may have gone on.
        if place.clock.monotonic() > latest:
            return False
        try:
            return self._answered(place.registry.apply(lines), lines)
        except AnswerLost as lost:
            outages.say("bulk.no_answer", job_id(self._ref), lost)
            return False
        except TargetThrottled:
            self._save(self._here.withdrawn())
            place.budget.close()
            return False
        except TargetRefused as refused:
            reason = Reason(code=refused.code, text=refused.message)
            return self._save(self._here.stopped(reason))
        except TargetUnreachable as why:
            self._save(self._here.withdrawn())
            raise Unavailable(str(why)).blaming(why.service) from why

    def _answered(self, answer: BulkResult | CallRefused, lines: Sequence[bytes]) -> bool:
        here = self._here
        if isinstance(answer, BulkResult):
            calls = zip(here.call_as_singles(lines), lines, strict=True)
            follow = [
                one.model_copy(update={"twin_only": True, "in_doubt": False})
                for one, line in calls
                if names_of(line) in answer.without_twin and not one.twin_only
            ]
            return self._save(here.answered(self._said(answer.said, lines), follow))
        if len(lines) > 1:
            return self._save(here.one_by_one(lines, in_doubt=False))
        error = LineError(*names_of(lines[0]), answer.code, answer.message)
        return self._save(here.answered(self._said([error], lines)))

    def _said(self, said: Sequence[LineError], lines: Sequence[bytes]) -> Sequence[LineError]:
        """Return what is to be told of the lines of a call."""
        if len(lines) == 1:
            said = [_named(error, lines[0]) for error in said]
        if not (self._here.singles and self._here.singles[0].twin_only):
            return said
        text = "the hub made the identity without its twin, which was written by a second call"
        return [_of_twin(error) for error in said] or [
            LineError(*names_of(lines[0]), NO_TWIN, text, applied=True)
        ]

    def _read(self, start: int, size: int) -> bytes:
        return b"".join(self._place.work.read(self._file, start, size))


def _named(error: LineError, line: bytes) -> LineError:
    """Return what was said of the only line of a call, whatever device it names."""
    device_id, module_id = names_of(line)
    return replace(error, device_id=device_id, module_id=module_id)


def _of_twin(error: LineError) -> LineError:
    text = f"the hub made the identity, but not its twin: {error.message}"
    return replace(error, message=text)
