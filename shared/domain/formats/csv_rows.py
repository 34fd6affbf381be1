"""CSV with a header that names the fields, as spreadsheets write it.

Rows are counted as spreadsheets show them: the header is row 1, unless empty rows stand before it.
What is found in a cell is told under the name of its column.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final, Self

from shared.domain.device_line import Judged, judge_line
from shared.domain.formats.chunks import peek
from shared.domain.formats.csv_dialect import Dialect, Row, cell_of
from shared.domain.formats.csv_header import MAX_HEADER_BYTES, names_a_field, read_columns
from shared.domain.formats.csv_records import Unread, read_records
from shared.domain.formats.csv_table import CsvTable
from shared.domain.formats.format import FileRefused, Piece
from shared.domain.formats.refusals import RefusalCode, refused


class CsvRows:
    """The `Format` of tables. Each row becomes one line, and an empty row an empty one.

    Args:
        bom: Whether the file begins with a byte order mark; what is sent back does so, too.
    """

    name = "csv"
    head = b""
    separator = tail = b"\n"

    def __init__(self, *, bom: bool = False) -> None:
        self._bom = bom

    @classmethod
    def of(cls, layout: Mapping[str, Any]) -> Self:
        """Return the format with this layout."""
        dialect = Dialect(layout["delimiter"], layout["line_end"], layout["bom"])
        form = cls(bom=dialect.bom)
        form._use(CsvTable(dialect, list(map(cell_of, layout["titles"]))))
        return form

    def pieces(self, chunks: Iterable[bytes]) -> Iterator[Piece]:
        """Yield the rows behind the header; see `Format`.

        Raises:
            FileRefused: The header is none, or a quote is never closed.
        """
        beginning, chunks = peek(chunks, MAX_HEADER_BYTES)
        dialect = Dialect.of(beginning, bom=self._bom)
        records = read_records(chunks, dialect)
        number, titles, first = _header(records)
        self._use(CsvTable(dialect, titles))
        for rows in chain((first,), records):
            yield from self._table.pieces(number + 1, rows)
            number += 1 if isinstance(rows, Unread) else len(rows)

    def source_of(self, line: bytes) -> bytes:
        """Return a line as a row; what has no column is left out. See `Format`."""
        return self._table.row_of(line)

    def judged_again(self, line: bytes) -> Judged:
        """Judge a canonical line; see `Format`."""
        return judge_line(0, line)

    def called(self, field: str) -> str:
        """Return the column of a field; see `Format`."""
        return self._table.called(field)

    def layout(self) -> Mapping[str, Any]:
        """Return the columns and how they are written; see `Format`."""
        return {"name": self.name, **self._table.layout()}

    def _use(self, table: CsvTable) -> None:
        self._table = table
        self.head = table.head
        self.separator = self.tail = table.dialect.line_end.encode()


#: The columns that most files have, and two devices. Without keys: then the hub makes them, and
#: keys that everybody can read would open the device to everybody.
_TEMPLATE: Final = """
id importMode status authType primaryKey secondaryKey tags.plant tags.line desired.interval
press-001 create enabled sas - - Berlin 1 60
press-002 create disabled certificateAuthority - - Berlin 2 60
"""


def begins_with_header(beginning: bytes, *, without_fault: bool = False) -> bool:
    """Tell whether a text begins with a row in which a cell is the name of a field.

    Args:
        beginning: The text, or how it begins.
        without_fault: Whether the row must be a header as it should be.
    """
    dialect = Dialect.of(beginning, bom=False)
    try:
        _, titles, _ = _header(read_records([beginning[:MAX_HEADER_BYTES]], dialect))
        if without_fault:
            read_columns(titles)
    except FileRefused:
        return False
    return any(map(names_a_field, titles))


def _header(records: Iterator[list[Row] | Unread]) -> tuple[int, Row, list[Row]]:
    """Return the number of the first row with anything in it, its cells, and rows behind it.

    Raises:
        FileRefused: It cannot be read.
    """
    number = 1
    for rows in records:
        if isinstance(rows, Unread):
            raise refused(RefusalCode.CSV_HEADER_TOO_LONG, limit=MAX_HEADER_BYTES // 1024)
        for at, row in enumerate(rows):
            if any(row):
                return number + at, row, rows[at + 1 :]
        number += len(rows)
    return number, [], []


def csv_template() -> bytes:
    """Return a file to begin with, for spreadsheets: the common columns and two devices."""
    rows = _TEMPLATE.strip().replace(" -", " ").replace(" ", ",").splitlines()
    return "".join(f"{row}\r\n" for row in rows).encode()
