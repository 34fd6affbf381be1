"""How the sender of a CSV file separates its cells and ends its rows.

Bytes go through the csv module as Latin-1, a character a byte: UTF-8 comes out as it went in, a
length is a number of bytes, and what is no UTF-8 does no harm before somebody asks.
"""

import csv
import io
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self


#: The text of a cell, a character a byte.
type Cell = str
type Row = list[Cell]

#: In this order, where two of them are as likely.
DELIMITERS: Final = ",;\t|"
#: Bytes that show how the file is written; a header that is longer is none.
BEGINNING: Final = 16 * 1024

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_QUOTED: Final = re.compile(r'"[^"]*"')
_DELIMITER: Final = re.compile(f"[{DELIMITERS}]")


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
    def of(cls, beginning: bytes, *, bom: bool, header: bool = True) -> Self:
        """Recognise the dialect by how a file begins.

        The first delimiter on a line counts, as neither the name of a field nor an identifier has
        one in it.

        Args:
            beginning: The beginning, behind the byte order mark.
            bom: Whether there was one.
            header: Whether the first line tells; else the majority of lines does.
        """
        text = _QUOTED.sub("", beginning[:BEGINNING].decode("latin-1").lstrip("\r\n"))
        line_end = _LINE_END.search(text)
        lines = _LINE_END.split(text)
        return cls(
            _delimiter(lines[:1] if header else lines), line_end[0] if line_end else "\n", bom
        )

    def row(self, cells: Iterable[Cell], *, quoted: bool = False) -> bytes:
        """Return cells as a row without its line end.

        Args:
            cells: The cells.
            quoted: Whether all of them are put in quotes, and not only those that must be.
        """
        row = io.StringIO()
        writer = csv.writer(
            row,
            delimiter=self.delimiter,
            lineterminator="",
            quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
        )
        writer.writerow(cells)
        return row.getvalue().encode("latin-1")

    def telling_row(self, cells: Sequence[Cell]) -> bytes:
        """Return cells as a row by which a file is recognised.

        Quotes hide what might mislead: other delimiters, and how JSON begins.
        """
        others = set(DELIMITERS) - {self.delimiter}
        misleads = any(map(others.intersection, cells)) or "".join(cells).startswith(("{", "["))
        return self.row(cells, quoted=misleads)

    def head(self, cells: Sequence[Cell]) -> bytes:
        """Return cells as the first row of a file, with its line end."""
        return (BOM_UTF8 if self.bom else b"") + self.telling_row(cells) + self.line_end.encode()

    def layout(self) -> Mapping[str, Any]:
        """Return the arguments of the dialect, ready for JSON."""
        return {"delimiter": self.delimiter, "line_end": self.line_end, "bom": self.bom}


def _delimiter(lines: Sequence[str]) -> str:
    first = Counter(match[0] for line in lines if (match := _DELIMITER.search(line)))
    return max(DELIMITERS, key=first.__getitem__)
