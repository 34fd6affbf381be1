"""Suspects, in flat memory, lines of which more can be told only by knowing the whole file.

Those are: a device that stands there twice, ids that differ by case only, and a module whose
device does not stand there at all.

Most files name their devices in order, as the program that wrote them counted. While keys only
ascend, none can come twice, so nothing is suspected, and no line is looked at again.

Of every file the hashes of its keys are kept, on a scratch file. If the keys do not ascend, these
are dealt out at the end to 256 parts by their last byte, and one part after the other is gathered.
Equal hashes are a suspicion, not a proof: `namesakes` compares the keys themselves, in the places
that hashes had among the others. Hashes are made without regard to case, so ids that differ by
case only are suspected as well.

Python keys its hashes at random in each process, so nobody can craft a collision.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from operator import lt
from os import SEEK_END
from typing import BinaryIO, Final, NamedTuple

from shared.domain.device_line import Order


#: Numbers that are written to the scratch file together.
RUN: Final = 1 << 16
PARTS: Final = 256
#: Suspects that are looked at together; more of them cost another look each.
TOGETHER: Final = 100_000
#: Takes the part of a number.
_MASK: Final = PARTS - 1


def hashes(keys: Iterable[bytes]) -> list[int]:
    """Return a number for each key, the same for keys that differ by case only."""
    return list(map(hash, map(bytes.lower, keys)))


class Suspects(NamedTuple):
    """Hashes that make a second look at some lines worth while."""

    #: Of keys that came more than once.
    repeated: frozenset[int]
    #: Of devices that have modules in the file, and no line of their own.
    alone: frozenset[int]


class RepeatedKeys:
    """Collects the keys of one file.

    Args:
        scratch: An empty file; 8 bytes a key are written, or 16 if keys do not ascend.
    """

    def __init__(self, scratch: BinaryIO) -> None:
        self._keys = {order: _Numbers(scratch) for order in Order}
        self._owners = _Numbers(scratch)
        #: The last of all keys while they ascend; None from the first that does not.
        self._last: bytes | None = b""

    def add(self, keys: Mapping[Order, Sequence[bytes]]) -> None:
        """Take the keys of some accepted lines; those of one call may stand in any order."""
        lower = {order: list(map(bytes.lower, some)) for order, some in keys.items()}
        for order, some in lower.items():
            self._keys[order].add(list(map(hash, some)))
        if self._last is not None:
            self._last = _last_of_ascending(self._last, chain.from_iterable(lower.values()))

    def add_owners(self, devices: Iterable[bytes]) -> None:
        """Take the devices of some accepted lines that are modules, in the order of their keys."""
        self._owners.add(hashes(devices))

    def suspects(self) -> Iterator[Suspects]:
        """Yield what came more than once, and what should have come and did not.

        Equal hashes are always yielded together.
        """
        if self._last is not None and not self._owners:
            return
        repeated: set[int] = set()
        alone: set[int] = set()
        by_order = zip(*(numbers.parts() for numbers in self._keys.values()), strict=True)
        for some, owners in zip(by_order, self._owners.parts(), strict=True):
            keys = list(chain.from_iterable(some))
            repeated.update(_twice(keys))
            if owners:
                alone.update(set(owners).difference(keys))
            if len(repeated) + len(alone) >= TOGETHER:
                yield Suspects(frozenset(repeated), frozenset(alone))
                repeated, alone = set(), set()
        if repeated or alone:
            yield Suspects(frozenset(repeated), frozenset(alone))

    def places(self, order: Order, suspects: Suspects) -> Iterator[int]:
        """Yield which keys of an order came more than once, perhaps; the first one is 0."""
        return self._keys[order].places_of(suspects.repeated)

    def places_alone(self, suspects: Suspects) -> Iterator[int]:
        """Yield which modules have a device without a line, perhaps; the first one is 0."""
        return self._owners.places_of(suspects.alone)


def _last_of_ascending(last: bytes, keys: Iterable[bytes]) -> bytes | None:
    """Return the last of some keys, or None if two are equal or one is not behind `last`."""
    ordered = [last, *sorted(keys)]
    return ordered[-1] if all(map(lt, ordered, ordered[1:])) else None


class _Numbers:
    """Numbers on a scratch file that others may write to as well."""

    def __init__(self, scratch: BinaryIO) -> None:
        self._scratch = scratch
        self._run = array("q")
        #: Where the runs before this one start and end on the scratch file, in bytes.
        self._runs: list[tuple[int, int]] = []

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._runs or self._run)

    def add(self, numbers: list[int]) -> None:
        """Take some more."""
        self._run += array("q", numbers)
        if len(self._run) >= RUN:
            start = self._write(self._run)
            self._runs.append((start, self._scratch.tell()))
            self._run = array("q")

    def parts(self) -> Iterator[list[int]]:
        """Yield all numbers, part by part; equal ones are in the same part."""
        rest = _dealt(self._run)
        if not self._runs:
            return iter(rest)
        cuts = [self._deal_out(start, end) for start, end in self._runs]
        return (self._gathered(part, cuts) + rest[part] for part in range(PARTS))

    def places_of(self, wanted: frozenset[int]) -> Iterator[int]:
        """Yield where the wanted ones are among all numbers, counted from 0."""
        start = 0
        runs = (self._read(start, end) for start, end in self._runs)
        for numbers in chain(runs, (self._run,)) if wanted else ():
            if not wanted.isdisjoint(numbers):
                yield from (at for at, one in enumerate(numbers, start) if one in wanted)
            start += len(numbers)

    def _deal_out(self, start: int, end: int) -> "array[int]":
        """Write the parts of a run one behind the other, and return where each of them starts."""
        dealt = _dealt(self._read(start, end))
        start = self._write(array("q", list(chain.from_iterable(dealt))))  # a list goes in fastest
        sizes = (len(part) * self._run.itemsize for part in dealt)
        return array("q", accumulate(sizes, initial=start))

    def _gathered(self, part: int, cuts: Iterable["array[int]"]) -> list[int]:
        gathered = array("q")
        for cut in cuts:
            gathered += self._read(cut[part], cut[part + 1])
        return gathered.tolist()

    def _write(self, numbers: "array[int]") -> int:
        start = self._scratch.seek(0, SEEK_END)
        self._scratch.write(numbers)
        return start

    def _read(self, start: int, end: int) -> "array[int]":
        numbers = array("q")
        if start < end:
            self._scratch.seek(start)
            numbers.frombytes(self._scratch.read(end - start))
        return numbers


def _dealt(numbers: Iterable[int]) -> list[list[int]]:
    dealt: list[list[int]] = [[] for _ in range(PARTS)]
    deal = [part.append for part in dealt]
    for number in numbers:
        deal[number & _MASK](number)
    return dealt


def _twice(numbers: list[int]) -> Iterable[int]:
    if len(set(numbers)) == len(numbers):
        return ()
    return (number for number, count in Counter(numbers).items() if count > 1)
