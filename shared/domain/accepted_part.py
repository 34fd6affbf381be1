"""Reads the accepted lines that a validation wrote, block by block, with their numbers."""

import re
from array import array
from collections.abc import Iterator
from typing import Final, NamedTuple

from pydantic_core import from_json

from shared.domain.corporate_identifier import IDENTIFIER
from shared.domain.device_line import Order, key_of
from shared.domain.formats.ndjson import line_blocks
from shared.domain.parts import Part, Parts
from shared.domain.tally import Tally


_NUMBER_BYTES: Final = array("I").itemsize
#: The id of a line that begins with it, as almost all do; else the whole line.
_ID: Final = re.compile(rb'\{"id":"([^"\\]++)"[^\n]*+\n|([^\n]++)\n')


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

    def keys(self) -> list[bytes]:
        """Return what each line may be named only once by; see `key_of`."""
        if self.order is Order.MODULE:
            return [key_of(*names_of(line)) for line in self.lines()]
        return [key or key_of(*names_of(line)) for key, line in _ID.findall(self.text)]


def all_accepted_lines(parts: Parts, tally: Tally) -> Iterator[LinesOfPart]:
    """Yield the accepted lines of all orders; see `accepted_lines`."""
    for order in Order:
        yield from accepted_lines(parts, tally, order)


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
