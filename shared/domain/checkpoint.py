"""How far an import by bulk calls has come: a value that whoever goes on must write first.

    next chunk ─▶ intent ─▶ answer ─▶ next chunk          each arrow is one compare-and-swap
                    │  └─▶ throttled: as before
                    ├─▶ refused for one of its lines ─▶ the lines one by one
                    └─▶ answer lost ─▶ the lines one by one, each after a look at the hub

A call is made only right after its intent is stored, and never again while the intent stands.
What the hub said becomes part of the checkpoint in the write that takes the intent away. So
whoever was paused between the two finds that the checkpoint has moved on, and what they know
counts no more.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any, Final, NamedTuple, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.domain.errors import IllegalStep
from shared.domain.import_errors import LineError
from shared.domain.import_record import Reason
from shared.domain.job import JobStatus
from shared.domain.known_error import Again
from shared.domain.run import Run


#: Answers about one line that may get lost before it is given up.
MOST_LOST: Final = 3


class Place(NamedTuple):
    """Where a line stands in the file."""

    start: int  #: bytes from the beginning
    size: int  #: bytes, with the line feed


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Single(_Value):
    """A line that has a call of its own."""

    place: Place
    #: Whether the hub may have applied it already.
    in_doubt: bool = False
    #: Whether the identity is made, and only the twin is still to be written.
    twin_only: bool = False
    #: Answers about it that got lost.
    lost: int = 0


class Intent(_Value):
    """A call that is about to be made, or that was made without an answer."""

    at: AwareDatetime
    #: Where its lines begin in the file, and how many bytes and lines they are.
    start: int
    size: int
    lines: int


class Checkpoint(Run):
    """All that is known of one import by bulk calls."""

    #: Lines of the file.
    lines: int
    #: Lines and bytes from its beginning that are done, or among the `singles`.
    lines_taken: int = 0
    bytes_taken: int = 0
    intent: Intent | None = None
    #: Lines that are tried one by one before the next chunk is.
    singles: tuple[Single, ...] = ()
    #: What the last answers said of lines; not yet put away.
    said: tuple[LineError, ...] = ()
    #: How many times something was put away.
    put_away: int = 0
    #: Answers to calls so far.
    answers: int = 0
    #: Lines in a row that a full hub refused.
    no_room: int = 0
    #: Why the hub takes no more lines at all.
    refused: Reason | None = None

    @property
    def is_final(self) -> bool:
        """Whether no call follows."""
        return self.status is not None and self.status.is_final

    @property
    def is_through(self) -> bool:
        """Whether every line has had its answer."""
        return not self.intent and not self.singles and self.lines_taken == self.lines

    def intends(self, at: datetime, lines: Sequence[bytes]) -> Self:
        """Return the checkpoint right before the call with the next lines of the file."""
        size = sum(map(len, lines))
        intent = Intent(at=at, start=self.bytes_taken, size=size, lines=len(lines))
        return self._with(intent=intent)

    def intends_single(self, at: datetime) -> Self:
        """Return the checkpoint right before the call with the first of the single lines."""
        start, size = self.singles[0].place
        return self._with(intent=Intent(at=at, start=start, size=size, lines=1))

    def withdrawn(self) -> Self:
        """Return the checkpoint after the hub surely did not look at the call."""
        return self._with(intent=None)

    def answered(self, said: Sequence[LineError], follow: Sequence[Single] = ()) -> Self:
        """Return the checkpoint after an answer.

        Args:
            said: What it says of lines.
            follow: Lines of the call that have another one coming.
        """
        refused = [one.again for one in said if not one.applied]
        is_full = refused == [Again.SINGLY] * self._call.lines
        return self._past(
            follow,
            said=tuple(said),
            answers=self.answers + 1,
            no_room=self.no_room + len(refused) if is_full else 0,
        )

    def looked(self, said: LineError) -> Self:
        """Return the checkpoint after the first single line was found done, or given up."""
        return self._with(singles=self.singles[1:], said=(said,))

    def only_twin(self) -> Self:
        """Return the checkpoint after the identity of the first single line was found done."""
        first = self.singles[0].model_copy(update={"twin_only": True, "in_doubt": False})
        return self._with(singles=(first, *self.singles[1:]))

    def one_by_one(self, lines: Sequence[bytes], *, in_doubt: bool) -> Self:
        """Return the checkpoint in which the lines of the intended call are tried singly.

        Args:
            lines: The lines of the call.
            in_doubt: Whether the hub may have applied them: then it is asked before each.
        """
        changed = (
            one.model_copy(update={"in_doubt": in_doubt, "lost": one.lost + in_doubt})
            for one in self.call_as_singles(lines)
        )
        return self._past(tuple(changed))

    def call_as_singles(self, lines: Sequence[bytes]) -> tuple[Single, ...]:
        """Return the lines of the intended call as lines that have calls of their own."""
        if self.singles:
            return self.singles[:1]
        sizes = [len(line) for line in lines]
        starts = accumulate(sizes[:-1], initial=self._call.start)
        return tuple(Single(place=Place(*place)) for place in zip(starts, sizes, strict=True))

    def told(self) -> Self:
        """Return the checkpoint after what was said is put away."""
        return self._with(said=(), put_away=self.put_away + 1)

    def stopped(self, reason: Reason) -> Self:
        """Return the checkpoint of an import of which the hub takes no more lines.

        If none was answered, the import as a whole has failed; else the lines that were are told
        apart from the rest.
        """
        status = JobStatus.COMPLETED if self.answers else JobStatus.FAILED
        why = reason.text
        return self._with(status=status, refused=reason, failure_reason=why, intent=None)

    def with_status(self, status: JobStatus) -> Self:
        """Return the checkpoint with another status."""
        return self._with(status=status)

    @property
    def _call(self) -> Intent:
        if self.intent is None:
            message = "no call was intended"
            raise IllegalStep(message)
        return self.intent

    def _past(self, follow: Sequence[Single], **changes: Any) -> Self:
        """Return the checkpoint without its intent, whose lines are done but for `follow`."""
        changes |= {"intent": None, "singles": (*follow, *self.singles[1:])}
        if not self.singles:
            changes["lines_taken"] = self.lines_taken + self._call.lines
            changes["bytes_taken"] = self.bytes_taken + self._call.size
        return self._with(**changes)

    def _with(self, **changes: Any) -> Self:
        return self.model_copy(update=changes)
