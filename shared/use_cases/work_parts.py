"""The parts of a validation as work files of an import."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager

from shared.domain.import_record import ImportRecord
from shared.domain.parts import Open, Part
from shared.domain.tally import Tally
from shared.ports import Work


class WorkParts:
    """The `Parts` as work files of an import."""

    def __init__(self, work: Work, import_id: str) -> None:
        self._work = work
        self._folder = f"work/{import_id}"

    def replace(self, *parts: Part) -> AbstractContextManager[Open]:
        """Open parts for writing; see `Parts`."""
        return self._work.replace(self._folder, parts)

    def read(self, part: Part, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of a part; see `Parts`."""
        return self._work.read(f"{self._folder}/{part}", start, size)


def tally_of(record: ImportRecord) -> Tally:
    """Return what a record tells of how `devices.txt` is made up; other counts are zero."""
    sections = record.sections
    lines = Counter({section.order: section.lines for section in sections})
    sizes = Counter({section.order: section.bytes for section in sections})
    return Tally(lines=lines, bytes=sizes)
