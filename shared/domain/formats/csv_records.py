"""Reads the records of a CSV file with the csv module, and goes on behind those that it cannot.

A quote that is not closed makes the module read on and on; here a record has a limit. What is
behind it is skipped up to where the record ends, counted by its quotes, and never taken for rows.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final, NamedTuple, Self

from shared.domain.device_line import MAX_LINE_BYTES
from shared.domain.formats.chunks import gathered
from shared.domain.formats.csv_dialect import Cell, Dialect, Row
from shared.domain.formats.ndjson import BLOCK, FIRST_BLOCK
from shared.domain.rules import Code


# A setting of the process. The module's own limit is half of what a record may have.
csv.field_size_limit(MAX_LINE_BYTES)

#: Bytes that are told of a record that is too long.
BEGINNING: Final = 200
#: One more than a line may have: what is found to have as much is too long.
_PIECE: Final = MAX_LINE_BYTES + 1
_ENDS: Final = ("\n", "\r")


class RecordTooLong(Exception):
    """A record has more bytes than `MAX_LINE_BYTES`."""


class Unread(NamedTuple):
    """A record that is no row."""

    code: Code
    #: All of it, or how it begins if it is too long.
    text: Cell
    #: How many lines of the file it takes.
    lines: int
    #: Whether its last quote is closed.
    closed: bool


def read_records(chunks: Iterable[bytes], dialect: Dialect) -> Iterator[list[Row] | Unread]:
    """Yield the rows of a file, some at a time, and what is none, each at its place.

    An empty line is a row without cells. A row may have more or fewer cells than others.

    Args:
        chunks: The bytes of the file, without byte order mark, cut anywhere.
        dialect: How the file is written.
    """
    lines = _Lines(chunks)
    reader = csv.reader(lines, delimiter=dialect.delimiter, strict=True)
    size, goes_on = FIRST_BLOCK, True
    while goes_on:
        rows: list[Row] = []
        unread = None
        try:
            goes_on = _read(reader, lines, size, rows)
        except csv.Error:
            unread = lines.unread()
        except RecordTooLong:
            unread = lines.skip()
        if rows:
            yield rows
            size = BLOCK
        if unread:
            yield unread


def _read(reader: Any, lines: "_Lines", size: int, rows: list[Row]) -> bool:
    """Add rows of about so many bytes; tell whether there may be more."""
    for row in reader:
        rows.append(row)
        size -= lines.size
        lines.forget()
        if size <= 0:
            return True
    return False


class _Lines:
    """The lines of a file, with those of the record that is being read."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        texts = (piece.decode("latin-1") for piece in _pieces(chunks))
        self._lines = chain.from_iterable(io.StringIO(text, newline="") for text in texts)
        self._record: list[str] = []
        self.size = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._record.append(line)
        self.size += len(line)
        if self.size > MAX_LINE_BYTES:
            raise RecordTooLong
        return line

    def forget(self) -> None:
        """Begin with another record."""
        self.size = 0
        self._record.clear()

    def unread(self) -> Unread:
        """Return the record as one whose quotes are wrong, and begin with another."""
        unread = Unread(Code.BAD_QUOTES, "".join(self._record), len(self._record), closed=True)
        self.forget()
        return unread

    def skip(self) -> Unread:
        """Return the record as one that is too long, and go over what is left of it.

        A line inside of a cell has an odd number of quotes behind it, as doubled ones count twice.
        Where there are such lines, a quote has taken in rows that it was not meant for.
        """
        text = line = "".join(self._record)
        lines = len(self._record)
        quoted = False
        while line:
            quoted ^= line.count('"') % 2 == 1
            is_whole = line.endswith(_ENDS)
            if is_whole and not quoted:
                break
            line = next(self._lines, "")
            lines += is_whole and bool(line)
        self.forget()
        code = Code.BAD_QUOTES if lines > 1 else Code.LINE_TOO_LONG
        return Unread(code, text[:BEGINNING], lines, closed=not quoted)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield whole lines, many at a time; one that is too long comes in several pieces."""
    pending = b""
    for chunk in gathered(chunks):
        data, at = pending + chunk, 0
        while end := _end_of_piece(data, at):
            yield data[at:end]
            at = end
        pending = data[at:]
    if pending:
        yield pending


def _end_of_piece(data: bytes, at: int) -> int:
    """Return where the piece at `at` ends, or 0 if that cannot be told yet.

    What comes behind a carriage return must be known: a line feed belongs to the same line end.
    """
    stop = min(at + _PIECE, len(data) - 1)
    end = max(data.rfind(b"\n", at, stop), data.rfind(b"\r", at, stop)) + 1
    if not end and stop == at + _PIECE:
        end = stop
    return end + (data[end - 1 : end + 1] == b"\r\n") if end else 0
