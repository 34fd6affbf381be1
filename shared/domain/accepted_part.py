"""Reads the accepted lines that a validation wrote, block by block, with their numbers."""

import re
from array import array
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pydantic_core import from_json

from shared.domain.corporate_identifier import IDENTIFIER
from shared.domain.device_line import Order, key_of
from shared.domain.formats.ndjson import line_blocks
from shared.domain.line_spans import spans_of
from shared.domain.parts import Part, Parts
from shared.domain.tally import Tally


_NUMBER_BYTES: Final = array("I").itemsize
#: The id of a line that begins with it, as almost all do.
_ID: Final = re.compile(rb'\{"id":"([^"\\]++)"')


def names_of(line: bytes) -> tuple[str, str | None]:
    """Return device and module that a canonical line is about, or a corporate identifier."""
    members = from_json(line)
    return members.get("id") or members[IDENTIFIER], members.get("moduleId") or None


class LinesOfPart(NamedTuple):
    """Some accepted lines of one order, one after the other."""

    order: Order
    #: The canonical lines, with their line feeds.
    text: bytes
    numbers: array[int]

    def lines(self) -> list[bytes]:
        """Return the lines without their line feeds."""
        return self.text.split(b"\n")[:-1]


class NumberedKey(NamedTuple):
    """What may stand in a file only once, and the number of its line."""

    number: int
    key: bytes


def keys_at(
    parts: Parts, tally: Tally, order: Order, places: Iterator[int]
) -> Iterator[NumberedKey]:
    """Yield the keys of some accepted lines of an order.

    Args:
        parts: What a validation wrote.
        tally: Its counts.
        order: The order.
        places: Ascending places of the lines among those of the order; the first one is 0.
    """
    for block, some in _with_places(accepted_lines(parts, tally, order), places):
        for place, (start, end) in zip(some, spans_of(block.text, some), strict=True):
            yield NumberedKey(block.numbers[place], _key(order, block.text[start:end]))


def _with_places(
    blocks: Iterator[LinesOfPart], places: Iterator[int]
) -> Iterator[tuple[LinesOfPart, Sequence[int]]]:
    """Yield blocks as long as there are places, each with those in it, counted within it."""
    first = 0
    place = next(places, None)
    while place is not None:
        block = next(blocks)
        behind = first + len(block.numbers)
        inside = []
        while place is not None and place < behind:
            inside.append(place - first)
            place = next(places, None)
        yield block, inside
        first = behind


def _key(order: Order, line: bytes) -> bytes:
    found = None if order is Order.MODULE else _ID.match(line)
    return found[1] if found else key_of(*names_of(line))


def accepted_lines(parts: Parts, tally: Tally, order: Order) -> Iterator[LinesOfPart]:
    """Yield the accepted lines of an order, as they stand in the parts.

    Args:
        parts: What a validation wrote.
        tally: Its counts.
        order: The order.
    """
    if not tally.lines[order]:
        return
    before = [one for one in Order if one < order]
    start = sum(tally.bytes[one] for one in before)
    first = sum(tally.lines[one] for one in before) * _NUMBER_BYTES
    chunks = parts.read(Part.NUMBERS, first, tally.lines[order] * _NUMBER_BYTES)
    numbers = array("I")
    for text in line_blocks(parts.read(Part.DEVICES, start, tally.bytes[order])):
        count = text.count(b"\n")
        while len(numbers) < count:
            numbers.frombytes(next(chunks))
        yield LinesOfPart(order, text, numbers[:count])
        numbers = numbers[count:]
