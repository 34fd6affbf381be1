"""The attempts of an import: how a target is told of them, and what it said of their lines."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import reduce
from typing import Final

from shared.domain.errors import Unavailable
from shared.domain.import_errors import LineError
from shared.domain.import_record import Attempt, ImportRecord
from shared.domain.known_error import Again
from shared.ports import AttemptRef, LineErrors, Ports, Target


#: What the report says of a line that the second try applied.
APPLIED_AGAIN: Final = "applied_on_second_try"


def attempt_ref(record: ImportRecord, attempt: Attempt) -> AttemptRef:
    """Name an attempt for its target."""
    return AttemptRef(
        record.id,
        attempt.number,
        record.counts.accepted if attempt.lines is None else attempt.lines,
        record.task,
        record.export,
        attempt.baseline,
        attempt.part,
    )


def target_of(ports: Ports, record: ImportRecord, attempt: Attempt | None = None) -> Target:
    """Return the target of an import that has one, or that of one of its attempts.

    Raises:
        Unavailable: The settings do not have it any more.
    """
    way = record.way if attempt is None or attempt.way is None else attempt.way
    try:
        return ports.targets[record.target or ""].ways[way]
    except KeyError:
        message = f"no target {record.target} with way {way or 'job'!r} is configured any more"
        raise Unavailable(message) from None


@contextmanager
def said_in_phase(ports: Ports, record: ImportRecord, phase: int = 0) -> Iterator[LineErrors]:
    """Open what was said of the lines of a phase: by its job, and by a second try of some.

    Args:
        ports: The world.
        record: The import. If it has no phases, all its lines were sent in phase 0.
        phase: The phase, which has ended.

    Raises:
        Unavailable: Some of it is not there.
    """
    with ExitStack() as opened:
        said = [
            opened.enter_context(target_of(ports, record, one).outcome(attempt_ref(record, one)))
            for one in _that_count(record, phase)
        ]
        there = [errors for errors in said if errors is not None]
        if len(there) < len(said):
            message = "what the target said of single lines is not there"
            raise Unavailable(message)
        yield reduce(_Both, there) if there else _Nothing()


def _that_count(record: ImportRecord, phase: int) -> Iterator[Attempt]:
    """Yield the last job of a phase, which was the one that went through, and its second try.

    There is none of a phase of which every line was withheld.
    """
    tries = [one for one in record.attempts if one.phase == phase]
    jobs = [place for place, one in enumerate(tries) if one.way is None]
    yield from tries[jobs[-1] :] if jobs else ()


class _Nothing:
    """The `LineErrors` of no line."""

    def take(self, _device_id: str, _module_id: str | None) -> None:
        """Return None; see the port."""

    def rest(self) -> Iterator[LineError]:
        """Yield nothing; see the port."""
        yield from ()


class _Both:
    """The `LineErrors` of a job, with the second try's in place of what was tried again."""

    def __init__(self, first: LineErrors, second: LineErrors) -> None:
        self._first = first
        self._second = second

    def take(self, device_id: str, module_id: str | None) -> LineError | None:
        """Return the error of a device, once; see the port."""
        error = self._first.take(device_id, module_id)
        if error is None or error.again is not Again.SINGLY:
            return error
        again = self._second.take(device_id, module_id)
        if again is None:
            text = "the job had no room for it; a call of its own applied it"
            return LineError(device_id, module_id, APPLIED_AGAIN, text, applied=True)
        return replace(again, message=f"{again.message} (on a second try, in a call of its own)")

    def rest(self) -> Iterator[LineError]:
        """Yield the errors that nobody took; see the port."""
        yield from self._first.rest()
        yield from self._second.rest()
