"""Suspects, in flat memory, lines of which more can be told only by knowing the whole file.

Those are: a device that stands there twice, ids that differ by case only, and a module whose
device does not stand there at all.

Only hashes are kept while the file is read: dealt out to 256 parts by their last byte, and now
and then written to a scratch file, part by part; at the end one part after the other is gathered.
Equal hashes are a suspicion, not a proof: `namesakes` compares the keys themselves. Hashes are
made without regard to case, so ids that differ by case only are suspected as well.

Python keys its hashes at random in each process, so nobody can craft a collision.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import BinaryIO, Final, NamedTuple


RUN: Final = 1 << 16
PARTS: Final = 256
#: Suspects that are looked at together; more of them cost another look each.
TOGETHER: Final = 100_000
#: Takes the part of a number.
_MASK: Final = PARTS - 1


def hashes(keys: Sequence[bytes]) -> list[int]:
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
        scratch: An empty file; 8 bytes a key are written.
    """

    def __init__(self, scratch: BinaryIO) -> None:
        self._keys = _Parts(scratch)
        self._owners = _Parts(scratch)

    def add(self, keys: Sequence[bytes]) -> None:
        """Take the keys of some accepted lines."""
        self._keys.add(hashes(keys))

    def add_owners(self, devices: Sequence[bytes]) -> None:
        """Take the devices of some accepted lines that are modules."""
        self._owners.add(hashes(devices))

    def suspects(self) -> Iterator[Suspects]:
        """Yield what came more than once, and what should have come and did not.

        Equal hashes are always yielded together.
        """
        repeated: set[int] = set()
        alone: set[int] = set()
        for keys, owners in zip(self._keys.parts(), self._owners.parts(), strict=True):
            if not keys and not owners:
                continue
            repeated.update(_twice(keys))
            if owners:
                alone.update(set(owners).difference(keys))
            if len(repeated) + len(alone) >= TOGETHER:
                yield Suspects(frozenset(repeated), frozenset(alone))
                repeated, alone = set(), set()
        if repeated or alone:
            yield Suspects(frozenset(repeated), frozenset(alone))


class _Parts:
    """Numbers dealt out to parts, on a scratch file that others may write to as well."""

    def __init__(self, scratch: BinaryIO) -> None:
        self._scratch = scratch
        self._dealt: list[list[int]] = [[] for _ in range(PARTS)]
        self._count = 0
        #: Of each run where it starts, in bytes, and at which number each part of it begins.
        self._runs: list[tuple[int, array[int]]] = []

    def add(self, numbers: Sequence[int]) -> None:
        """Take some more."""
        deal = [part.append for part in self._dealt]
        for number in numbers:
            deal[number & _MASK](number)
        self._count += len(numbers)
        if self._count >= RUN:
            self._flush()

    def parts(self) -> Iterator[list[int]]:
        """Yield all numbers, part by part; equal ones are in the same part."""
        if not self._runs:
            return iter(self._dealt)
        self._flush()
        return map(self._part, range(PARTS))

    def _flush(self) -> None:
        start = self._scratch.seek(0, 2)
        run = array("q", list(chain.from_iterable(self._dealt)))  # a list goes in fastest
        self._scratch.write(run.tobytes())
        self._runs.append((start, array("I", accumulate(map(len, self._dealt), initial=0))))
        self._dealt = [[] for _ in range(PARTS)]
        self._count = 0

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
    return (number for number, count in Counter(numbers).items() if count > 1)
