"""Finds, in flat memory, what can be told of a line only by knowing the whole file.

That is: a device that stands there twice, ids that differ by case only, and a module whose device
does not stand there at all.

Only hashes are kept while the file is read: as sorted runs on a scratch file, each cut at the
same 256 places; at the end one range after the other is gathered from all runs. Equal hashes are a
suspicion, not a proof: `Namesakes` compares the keys themselves when the file is read again.
Hashes are made without regard to case, so ids that differ by case only are suspected as well.

Python keys its hashes at random in each process, so nobody can craft a collision.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import BinaryIO, Final, NamedTuple

from shared.domain.device_line import Accepted, Judged, Rejected
from shared.domain.finding import Finding
from shared.domain.rules import Code


RUN: Final = 1 << 16
PARTS: Final = 256
_CUTS: Final = [-(1 << 63) + part * (1 << 64) // PARTS for part in range(PARTS)]
#: No key holds it: ids and module ids are of printable characters.
_BETWEEN: Final = b"\0"


def hashes(keys: Sequence[bytes]) -> Iterator[int]:
    """Return a number for each key, the same for keys that differ by case only."""
    return map(hash, _BETWEEN.join(keys).lower().split(_BETWEEN)) if keys else iter(())


class Suspects(NamedTuple):
    """Hashes that make a second look at some lines worth while."""

    #: Of keys that came more than once.
    repeated: frozenset[int]
    #: Of devices that have modules in the file, and no line of their own.
    alone: frozenset[int]

    def __bool__(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.repeated or self.alone)


class RepeatedKeys:
    """Collects the keys of one file.

    Args:
        scratch: An empty file; 8 bytes a key are written.
    """

    def __init__(self, scratch: BinaryIO) -> None:
        self._keys = _Runs(scratch)
        self._owners = _Runs(scratch)

    def add(self, keys: Sequence[bytes]) -> None:
        """Take the keys of some accepted lines."""
        self._keys.add(hashes(keys))

    def add_line(self, line: Accepted) -> None:
        """Take an accepted line that may be a module."""
        self.add((line.key,))
        if line.module_id:
            self._owners.add(hashes((line.device_id.encode(),)))

    def suspects(self) -> Suspects:
        """Return what came more than once, and what should have come and did not."""
        repeated: set[int] = set()
        alone: set[int] = set()
        for keys, owners in zip(self._keys.parts(), self._owners.parts(), strict=True):
            repeated.update(_twice(keys))
            if owners:
                alone.update(set(owners).difference(keys))
        return Suspects(frozenset(repeated), frozenset(alone))


class _Runs:
    """Numbers as sorted runs on a scratch file that others may write to as well."""

    def __init__(self, scratch: BinaryIO) -> None:
        self._scratch = scratch
        self._run: list[int] = []
        #: Of each run where it starts, in bytes, and at which number each part of it begins.
        self._runs: list[tuple[int, array[int]]] = []

    def add(self, numbers: Iterable[int]) -> None:
        """Take some more."""
        self._run += numbers
        if len(self._run) >= RUN:
            self._flush()

    def parts(self) -> Iterator[list[int]]:
        """Yield all numbers, part by part; equal ones are in the same part."""
        self._flush()
        return map(self._part, range(PARTS))

    def _flush(self) -> None:
        self._run.sort()
        start = self._scratch.seek(0, 2)
        self._scratch.write(array("q", self._run).tobytes())
        cuts = (bisect_left(self._run, cut) for cut in _CUTS)
        self._runs.append((start, array("I", (*cuts, len(self._run)))))
        self._run = []

    def _part(self, part: int) -> list[int]:
        gathered = array("q")
        for start, cuts in self._runs:
            count = cuts[part + 1] - cuts[part]
            if count:
                self._scratch.seek(start + cuts[part] * gathered.itemsize)
                gathered.frombytes(self._scratch.read(count * gathered.itemsize))
        return gathered.tolist()


def _twice(numbers: list[int]) -> Iterable[int]:
    if len(set(numbers)) == len(numbers):
        return ()
    return (one for one, following in pairwise(sorted(numbers)) if one == following)


class Namesakes:
    """Compares the suspected lines of a file, which is read a second time."""

    def __init__(self, suspects: Suspects) -> None:
        self._suspects = suspects
        self._first: dict[bytes, int] = {}
        self._first_in_any_case: dict[bytes, int] = {}

    def places(self, keys: Sequence[bytes]) -> Sequence[int]:
        """Return where the suspected ones stand among keys of accepted lines."""
        numbers = list(hashes(keys))
        repeated = self._suspects.repeated
        if repeated.isdisjoint(numbers):
            return ()
        return [index for index, number in enumerate(numbers) if number in repeated]

    def compare(self, judged: Judged, source: bytes) -> Judged:
        """Reject a line whose device stood before, and warn of what is odd about others.

        Args:
            judged: The line, in the order of the file.
            source: What the sender wrote.
        """
        if not self._suspects:
            return judged
        if self._is_alone(judged):
            judged = _warned(judged, Finding("moduleId", Code.MODULE_ALONE))
        if not isinstance(judged, Accepted) or not self._is_suspect(judged):
            return judged
        first = self._first.setdefault(judged.key, judged.line)
        alike = self._first_in_any_case.setdefault(judged.key.lower(), judged.line)
        field = "moduleId" if judged.module_id else "id"
        if first != judged.line:
            finding = Finding(field, Code.DUPLICATE_DEVICE, {"first": first})
            return Rejected(judged.line, judged.device_id, (finding,), source)
        if alike != judged.line:
            return _warned(judged, Finding(field, Code.IDS_DIFFER_BY_CASE, {"first": alike}))
        return judged

    def _is_suspect(self, line: Judged) -> bool:
        repeated = self._suspects.repeated
        return isinstance(line, Accepted) and not repeated.isdisjoint(hashes((line.key,)))

    def _is_alone(self, line: Judged) -> bool:
        if not self._suspects.alone or not isinstance(line, Accepted) or not line.module_id:
            return False
        return not self._suspects.alone.isdisjoint(hashes((line.device_id.encode(),)))


#: For a file of which nothing is suspected yet.
NO_NAMESAKES: Final = Namesakes(Suspects(frozenset(), frozenset()))


def _warned(line: Judged, finding: Finding) -> Judged:
    return (
        line._replace(warnings=(*line.warnings, finding)) if isinstance(line, Accepted) else line
    )
