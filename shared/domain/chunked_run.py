"""A run through a file, chunk by chunk, at a service that refuses a call whole for one bad line.

    chunk ─▶ send its lines ─▶ check what became of them ─▶ settled, next chunk

Of each phase the ranges of lines that still need a call are kept. A refused range becomes its two
halves, down to the bad line; the good ones are sent on the way. So a bad line among n costs at
most 2·log2(n) calls more, rounded up, and whoever is stopped anywhere goes on with the next call.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Self

from pydantic import AwareDatetime

from shared.domain.job import JobStatus
from shared.domain.run import Run


class Phase(StrEnum):
    """What the calls about a chunk are for."""

    SEND = "send"
    CHECK = "check"


class Range(NamedTuple):
    """Lines of a chunk that go into one call, counted from 0; `end` is not among them."""

    start: int
    end: int

    def halves(self) -> tuple["Range", ...]:
        """Return both halves; the first is the larger one."""
        middle = (self.start + self.end + 1) // 2
        return Range(self.start, middle), Range(middle, self.end)


class Said(NamedTuple):
    """What is to be told of a line of the chunk."""

    line: int
    code: str
    message: str
    #: Whether the line was applied all the same, which makes this a note.
    applied: bool = False


class ChunkedRun(Run):
    """How far it has come. Each method returns the run after something has happened."""

    #: Lines of the file.
    lines: int
    #: Lines and bytes from its beginning, and chunks, that are settled.
    lines_settled: int = 0
    bytes_settled: int = 0
    chunks_settled: int = 0
    #: Lines of the chunk that is under way; 0 between two chunks.
    size: int = 0
    phase: Phase = Phase.SEND
    #: What still needs a call in this phase, the next one first.
    pending: tuple[Range, ...] = ()
    #: Whether the first of them was sent, and the answer never came.
    in_doubt: bool = False
    said: tuple[Said, ...] = ()
    #: Calls in a row that came to nothing.
    tries: int = 0
    #: No call before then.
    not_before: AwareDatetime | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether no call was answered yet, except with a refusal."""
        untouched = self.pending == (Range(0, self.size),) and not self.in_doubt
        return untouched and self.phase is Phase.SEND and not self.lines_settled

    @property
    def current(self) -> tuple[int, ...]:
        """The lines of the next call: those of its range of which nothing is said yet."""
        known = {one.line for one in self.said}
        return tuple(line for line in range(*self.pending[0]) if line not in known)

    def may_go_on(self, now: datetime) -> bool:
        """Tell whether a call may be made now."""
        return self.status is JobStatus.RUNNING and (self.not_before or now) <= now

    def back_off(self) -> timedelta:
        """Return how long to wait if nobody says it: 15 s, doubled up to 15 minutes."""
        return timedelta(seconds=min(15 << min(self.tries, 6), 900))

    def begins(self, most: int) -> Self:
        """Take the next lines of the file as a chunk, at most so many."""
        size = min(most, self.lines - self.lines_settled)
        return self._with(size=size, phase=Phase.SEND, pending=(Range(0, size),), in_doubt=False)

    def intends(self) -> Self:
        """Say that the first range is about to be sent."""
        return self._with(in_doubt=True)

    def answered(self, *said: Said) -> Self:
        """Go on behind the first range; what is said is all that is to be told of its lines."""
        run = self._with(pending=self.pending[1:], said=(*self.said, *said), in_doubt=False,
                         tries=0, not_before=None)  # fmt: skip
        if run.pending or run.phase is Phase.CHECK:
            return run
        return run._with(phase=Phase.CHECK, pending=(Range(0, self.size),))  # noqa: SLF001 - ours

    def refused(self, code: str, message: str) -> Self:
        """Try the halves of a refused range; a single line is the bad one."""
        first, *rest = self.pending
        if first.end - first.start == 1:
            return self.given_up(code, message)
        return self._with(pending=(*first.halves(), *rest), in_doubt=False, tries=0,
                          not_before=None)  # fmt: skip

    def given_up(self, code: str, message: str) -> Self:
        """Say the same of all lines of the first range, and go on behind it."""
        return self.answered(*(Said(line, code, message) for line in self.current))

    def turned_away(self, code: str, message: str) -> Self:
        """End the run if whoever calls was refused from the first; else only the call is lost."""
        return self.failed(f"{code}: {message}") if self.is_fresh else self.given_up(code, message)

    def put_off(self, until: datetime, *, in_doubt: bool | None = None) -> Self:
        """Leave the next call to a later time."""
        doubt = self.in_doubt if in_doubt is None else in_doubt
        return self._with(not_before=until, tries=self.tries + 1, in_doubt=doubt)

    def settled(self, size: int) -> Self:
        """Go on behind the chunk, which is `size` bytes long and has been told of."""
        done = self.lines_settled + self.size
        return self._with(
            lines_settled=done,
            bytes_settled=self.bytes_settled + size,
            chunks_settled=self.chunks_settled + 1,
            size=0,
            said=(),
            status=JobStatus.COMPLETED if done == self.lines else self.status,
        )

    def failed(self, reason: str) -> Self:
        """End the run: nothing can be done for any line."""
        return self._with(status=JobStatus.FAILED, failure_reason=reason)

    def _with(self, **changes: Any) -> Self:
        return self.model_copy(update=changes)
