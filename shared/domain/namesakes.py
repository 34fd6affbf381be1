"""Compares the suspected lines of a file with each other: by their keys, not only by hashes."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from typing import Final

from shared.domain.accepted_part import NumberedKey
from shared.domain.device_line import Order
from shared.domain.finding import Finding, Violation
from shared.domain.rules import Code
from shared.domain.telling import WARNINGS


_BITS: Final = 32
_MASK: Final = (1 << _BITS) - 1


@dataclass(slots=True)
class Repeats:
    """The lines whose device stood in the file before, in eight bytes each.

    There can be as many as lines in the file.
    """

    #: Numbers of lines, ascending, each with that line in the lower bits.
    runs: dict[Order, list[array[int]]] = field(default_factory=dict)

    def add(self, order: Order, repeats: Iterable[tuple[int, int]]) -> None:
        """Add lines of an order, by ascending numbers, each with the first one of its device."""
        if run := array("Q", (number << _BITS | first for number, first in repeats)):
            self.runs.setdefault(order, []).append(run)

    def of(self, order: Order) -> Iterator[tuple[int, int]]:
        """Yield all lines of an order, as they were added, by ascending numbers."""
        runs = self.runs.get(order, ())
        return ((both >> _BITS, both & _MASK) for both in merge(*runs))

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.runs)


@dataclass(slots=True)
class Compared:
    """What is told of lines by comparing them."""

    repeats: Repeats = field(default_factory=Repeats)
    #: Warnings about others: how often, and the first of them.
    found: Counter[Code] = field(default_factory=Counter)
    warnings: list[Violation] = field(default_factory=list)

    def warn(self, violations: Iterable[Violation]) -> None:
        """Add warnings; all are counted."""
        for violation in violations:
            self.found[violation.finding.code] += 1
            if len(self.warnings) < WARNINGS:
                self.warnings.append(violation)


def compare(keys: Mapping[Order, Iterable[NumberedKey]], compared: Compared) -> None:
    """Add which of some suspected lines name the same device, or one that differs by case only.

    Args:
        keys: The lines by their orders, each in the order of the file. Those that may name the
            same device are all among them.
        compared: Where it is added.
    """
    seen = _Seen()
    for order, some in keys.items():
        for number, key in some:
            seen.add(order, number, key)
    for order in Order:
        compared.repeats.add(order, seen.repeats(order))
    compared.warn(_alike(seen.first()))


class _Seen:
    """The suspected lines, and which of them is the first of its key."""

    def __init__(self) -> None:
        self._places: dict[bytes, int] = {}
        #: By the place of the key.
        self._first = array("I")
        #: Numbers of lines, each with the place of its key in the lower bits.
        self._lines = {order: array("Q") for order in Order}

    def add(self, order: Order, number: int, key: bytes) -> None:
        """Add a line; those of one order come in the order of the file."""
        place = self._places.setdefault(key, len(self._first))
        if place == len(self._first):
            self._first.append(number)
        self._first[place] = min(number, self._first[place])
        self._lines[order].append(number << _BITS | place)

    def repeats(self, order: Order) -> Iterator[tuple[int, int]]:
        """Yield the lines of an order that are not the first, each with the first."""
        for both in self._lines[order]:
            number, first = both >> _BITS, self._first[both & _MASK]
            if number != first:
                yield number, first

    def first(self) -> Mapping[bytes, int]:
        """Return the first line of each key."""
        return {key: self._first[place] for key, place in self._places.items()}


def alone(keys: Iterable[NumberedKey]) -> Iterator[Violation]:
    """Warn of modules whose device has no line."""
    for number, key in keys:
        device, _, _ = key.partition(b"\n")
        yield Violation(number, device.decode(), Finding("moduleId", Code.MODULE_ALONE))


def _alike(first: Mapping[bytes, int]) -> Iterator[Violation]:
    """Warn of keys that differ from an earlier one by case only; `first` has their lines."""
    for _, group in groupby(sorted(first, key=bytes.lower), key=bytes.lower):
        earliest, *others = sorted(group, key=first.__getitem__)
        yield from (_differs(key, first[key], first[earliest]) for key in others)


def _differs(key: bytes, line: int, earliest: int) -> Violation:
    device_id, *module = key.split(b"\n")
    finding = Finding(name_of_key(module), Code.IDS_DIFFER_BY_CASE, {"first": earliest})
    return Violation(line, device_id.decode(), finding)


def name_of_key(module: Sequence[bytes]) -> str:
    """Return the field that a finding about a key is told under."""
    return "moduleId" if module else "id"
