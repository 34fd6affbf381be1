"""Compares the suspected lines of a file with each other: by their keys, not only by hashes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from shared.domain.accepted_part import LinesOfPart
from shared.domain.device_line import Order
from shared.domain.finding import Finding, Violation
from shared.domain.repeated_keys import Suspects, hashes
from shared.domain.rules import Code


@dataclass(slots=True)
class Compared:
    """What is told of lines by comparing them."""

    #: The lines whose device stood in the file before, by number, each with that line.
    repeats: dict[int, int] = field(default_factory=dict)
    #: Warnings about others.
    warnings: list[Violation] = field(default_factory=list)


def compare(blocks: Iterable[LinesOfPart], suspects: Suspects, compared: Compared) -> None:
    """Add what is told of suspected lines.

    Args:
        blocks: All accepted lines of the file.
        suspects: What is looked at.
        compared: Where it is added.
    """
    seen: dict[bytes, list[int]] = {}
    for block in blocks:
        for number, key in _suspected(block, suspects.repeated):
            seen.setdefault(key, []).append(number)
        if block.order is Order.MODULE and suspects.alone:
            compared.warnings += _alone(block, suspects.alone)
    for numbers in seen.values():
        numbers.sort()
        compared.repeats.update(dict.fromkeys(numbers[1:], numbers[0]))
    compared.warnings += _alike({key: numbers[0] for key, numbers in seen.items()})


def _suspected(block: LinesOfPart, repeated: frozenset[int]) -> Iterator[tuple[int, bytes]]:
    keys = block.keys()
    numbers = hashes(keys)
    if repeated.isdisjoint(numbers):
        return
    for index, number in enumerate(numbers):
        if number in repeated:
            yield block.numbers[index], keys[index]


def _alone(block: LinesOfPart, alone: frozenset[int]) -> Iterator[Violation]:
    """Warn of modules whose device has no line."""
    keys = block.keys()
    owners = [key.partition(b"\n")[0] for key in keys]
    for number, owner, suspect in zip(block.numbers, owners, hashes(owners), strict=True):
        if suspect in alone:
            yield Violation(number, owner.decode(), Finding("moduleId", Code.MODULE_ALONE))


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
