"""Takes lines out of the parts of a validation that turned out to repeat a device.

The parts are read as they are and written anew, in flat memory: the accepted ones without those
lines, the rejected ones with them, each in the order of the file.
"""

import heapq
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Final, NamedTuple

from pydantic_core import from_json

from shared.domain.accepted_part import LinesOfPart, accepted_lines, names_of
from shared.domain.device_line import Order, Rejected
from shared.domain.finding import Finding
from shared.domain.formats.format import Format
from shared.domain.formats.ndjson import split_lines
from shared.domain.line_spans import spans_of
from shared.domain.namesakes import Repeats
from shared.domain.parts import COLUMNS, Open, Part, Parts, csv_row, json_line
from shared.domain.rules import Code
from shared.domain.tally import Tally
from shared.domain.telling import Telling


#: The parts that are written anew.
CHANGED: Final = (Part.DEVICES, Part.NUMBERS, Part.REJECTED, Part.REJECTED_CSV, Part.ENTRIES)
#: Behind all lines.
_END: Final = (1 << 32, 0)
_LINE: Final = re.compile(rb'\{"line":([0-9]+)')


class _Repeat(NamedTuple):
    """A line that goes."""

    number: int
    #: The line that its device stands on.
    first: int
    order: Order
    text: bytes


def withdraw(parts: Parts, form: Format, tally: Tally, repeats: Repeats, telling: Telling) -> None:
    """Reject accepted lines, and count them so.

    Args:
        parts: What the validation wrote.
        form: The sender's format.
        tally: The counts, which are changed.
        repeats: The lines.
        telling: How rejections are told.
    """
    before = Tally(lines=tally.lines.copy(), bytes=tally.bytes.copy())
    with parts.replace(*CHANGED) as files:
        separator = b""
        for chunk in parts.read(Part.ENTRIES):
            files(Part.ENTRIES, Order.DEVICE)(chunk)
            separator = form.separator
        by_order = (
            _taken_out(accepted_lines(parts, before, order), repeats.of(order), files)
            for order in Order
        )
        rejections = _Rejections(form, tally, files, separator)
        told = rejections.told(heapq.merge(*by_order, key=attrgetter("number")), telling)
        _tell(heapq.merge(_told_before(parts), told, key=_number), files)


class _Rejections:
    """Turns accepted lines into rejected entries."""

    def __init__(self, form: Format, tally: Tally, files: Open, separator: bytes) -> None:
        self._form = form
        self._tally = tally
        self._files = files
        #: What stands before the next entry.
        self._separator = separator

    def told(self, repeats: Iterator[_Repeat], telling: Telling) -> Iterator[bytes]:
        """Count the lines and write their entries; yield what is told of them."""
        for repeat in repeats:
            rejected = self._rejected(repeat)
            self._tally.withdraw(self._form.judged_again(repeat.text), rejected)
            self._files(Part.ENTRIES, Order.DEVICE)(self._separator + rejected.text)
            self._separator = self._form.separator
            yield from map(json_line, telling.members(rejected.violations))

    def _rejected(self, repeat: _Repeat) -> Rejected:
        device_id, module_id = names_of(repeat.text)
        field = "moduleId" if module_id else "id"
        details = {"first": repeat.first}
        finding = Finding(field, Code.DUPLICATE_DEVICE, details)
        source = self._form.source_of(repeat.text)
        return Rejected(repeat.number, device_id, (finding,), source)


def _taken_out(
    blocks: Iterator[LinesOfPart], repeats: Iterator[tuple[int, int]], files: Open
) -> Iterator[_Repeat]:
    """Write the lines that stay, and yield those that go."""
    number, first = next(repeats, _END)
    for order, text, numbers in blocks:
        goes: dict[int, int] = {}
        while number <= numbers[-1]:
            goes[bisect_left(numbers, number)] = first
            number, first = next(repeats, _END)
        spans = list(spans_of(text, goes))
        files(Part.DEVICES, order)(_without(text, spans))
        for place, (start, end) in zip(goes, spans, strict=True):
            yield _Repeat(numbers[place], goes[place], order, text[start:end])
        for place in reversed(goes):
            del numbers[place]
        files(Part.NUMBERS, order)(numbers.tobytes())


def _without(text: bytes, spans: Iterable[tuple[int, int]]) -> bytes:
    """Return lines without some of them."""
    stays = []
    behind = 0
    for start, end in spans:
        stays.append(text[behind:start])
        behind = end + 1
    return b"".join((*stays, text[behind:]))


def _told_before(parts: Parts) -> Iterator[bytes]:
    return (line + b"\n" for line in split_lines(parts.read(Part.REJECTED)))


def _tell(lines: Iterator[bytes], files: Open) -> None:
    tell, row = files(Part.REJECTED, Order.DEVICE), files(Part.REJECTED_CSV, Order.DEVICE)
    row(csv_row({name: name for name in COLUMNS}))
    for line in lines:
        tell(line)
        row(csv_row(from_json(line)))


def _number(line: bytes) -> int:
    found = _LINE.match(line)
    return int(found[1]) if found else 0
