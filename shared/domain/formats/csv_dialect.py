"""How the sender of a CSV file separates its cells and ends its rows.

Bytes go through the csv module as Latin-1, a character a byte: UTF-8 comes out as it went in, a
length is a number of bytes, and what is no UTF-8 does no harm before somebody asks.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self


#: The text of a cell, a character a byte.
type Cell = str
type Row = list[Cell]

BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
#: In this order, where two of them are as likely.
DELIMITERS: Final = ",;\t|"

_FIRST_LINE: Final = re.compile(rb"[\r\n]*([^\r\n]*)(\r\n|\n|\r)?")
_QUOTED: Final = re.compile(r'"[^"]*"')


def text_of(cell: Cell) -> str:
    """Return a cell as text. Raises UnicodeDecodeError if it is no UTF-8."""
    return cell.encode("latin-1").decode()


def cell_of(text: str) -> Cell:
    """Return a text as a cell."""
    return text.encode().decode("latin-1")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What sets one CSV file apart from another."""

    delimiter: str = ","
    line_end: str = "\n"
    #: Whether the file begins with a byte order mark, by which spreadsheets know UTF-8.
    bom: bool = False

    @classmethod
    def of(cls, beginning: bytes, *, bom: bool) -> Self:
        """Recognise the dialect by how a file begins, behind the byte order mark."""
        match = _FIRST_LINE.match(beginning)
        line, line_end = (match[1], match[2] or b"\n") if match else (b"", b"\n")
        bare = _QUOTED.sub("", line.decode("latin-1"))
        return cls(max(DELIMITERS, key=bare.count), line_end.decode(), bom)

    def row(self, cells: Iterable[Cell]) -> bytes:
        """Return cells as a row without its line end; quotes stand only where they must."""
        row = io.StringIO()
        csv.writer(row, delimiter=self.delimiter, lineterminator="").writerow(cells)
        return row.getvalue().encode("latin-1")

    def head(self, cells: Iterable[Cell]) -> bytes:
        """Return cells as the first row of a file, with its line end."""
        return (BOM if self.bom else b"") + self.row(cells) + self.line_end.encode()

    def layout(self) -> Mapping[str, Any]:
        """Return the arguments of the dialect, ready for JSON."""
        return {"delimiter": self.delimiter, "line_end": self.line_end, "bom": self.bom}
