"""An import whose lines are sent in phases: what is known of them, and what became of each line.

Everything is told from the record and from files that it names: `parents.ndjson`, which
validation wrote, the fates of parents as far as they are known, and what the target said.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager

from shared.domain.arrangement import Arrangement, Fate, read_fates
from shared.domain.family import Family
from shared.domain.formats.ndjson import split_lines
from shared.domain.import_errors import LineError
from shared.domain.import_record import ImportRecord, Phase
from shared.domain.parts import Part
from shared.domain.report import Verdict, Verdicts, verdict_on
from shared.ports import Ports, Work
from shared.use_cases.attempts import said_in_phase
from shared.use_cases.work_parts import WorkParts


type Rest = Callable[[], Iterable[LineError]]


def family_of(work: Work, record: ImportRecord) -> Family:
    """Return whom the lines of an import name as parents."""
    return Family.read(split_lines(WorkParts(work, record).read(Part.PARENTS)))


def fates_of(work: Work, record: ImportRecord, phase: Phase) -> dict[str, Fate]:
    """Return what became of the parents, as far as it is known."""
    if not phase.fates:
        return {}
    return read_fates(split_lines(work.read(f"work/{record.id}/{phase.fates}")))


@contextmanager
def over_phases(
    ports: Ports, record: ImportRecord, verdicts: Verdicts, rest: Rest, unsent: Verdict | None
) -> Iterator[tuple[Verdicts, Rest]]:
    """Open the verdicts on all lines of an import that ends, and what is left to be told.

    Args:
        ports: The world.
        record: The import.
        verdicts: The verdicts on lines of the phase in which it ends, and of those after it.
        rest: What is left to be told of these.
        unsent: The verdict on lines of the phases after it, if `verdicts` do not tell of them.

    Raises:
        Unavailable: What the target said in a phase before is not there.
    """
    phase = record.phase
    if phase is None:
        yield verdicts, rest
        return
    known = fates_of(ports.work, record, phase)
    arrangement = Arrangement(family_of(ports.work, record), known)
    with ExitStack() as opened:
        before = [
            opened.enter_context(said_in_phase(ports, record, number))
            for number in range(phase.number)
        ]

        def verdict(device_id: str, module_id: str | None, line: bytes) -> Verdict:
            placed = arrangement.placed(line)
            if withheld := placed.withheld():
                return withheld
            if unsent and placed.phase > phase.number:
                return unsent
            if placed.phase >= phase.number:
                return placed.noted(verdicts(device_id, module_id, line))
            return placed.noted(verdict_on(before[placed.phase].take(device_id, module_id)))

        def all_the_rest() -> Iterator[LineError]:
            for errors in before:
                yield from errors.rest()
            yield from rest()

        yield verdict, all_the_rest
