"""The format of corporate identifiers for Intune that is theirs alone: rows of CSV, no header.

Entries are few and short, so each is judged by itself. The rows are those that Intune's own page
takes: `identifier,details`, or `manufacturer,model,serial`. Source: corporate-identifiers-add.md.
"""

import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any, Final, Self

from shared.domain.corporate_identifier import (
    DESCRIPTION,
    IDENTIFIER,
    MODEL,
    TYPE,
    judge_item,
    judge_row,
)
from shared.domain.device_line import MAX_LINE_BYTES, Judged, Rejected, blank
from shared.domain.finding import Finding
from shared.domain.formats.chunks import peek
from shared.domain.formats.csv_dialect import (
    Dialect,
    Row,
    cell_of,
    text_of,
)
from shared.domain.formats.csv_records import Unread, read_records
from shared.domain.formats.format import Piece
from shared.domain.formats.refusals import RefusalCode, refused
from shared.domain.rules import Code


#: Tells layouts of these formats from those of device files.
KIND: Final = "intune"
#: What people call a member that has no name in a row; rules about several entries say id.
_CALLED: Final = {IDENTIFIER: "identifier", "id": "identifier", DESCRIPTION: "details"}


class IdentifierRows:
    """The `Format` of rows without a header; they are counted from 1.

    Args:
        bom: Whether the file begins with a byte order mark; what is sent back does so, too.
    """

    name = "csv"
    separator = tail = b"\n"

    def __init__(self, *, bom: bool = False) -> None:
        self._use(Dialect(bom=bom))

    @classmethod
    def of(cls, layout: Mapping[str, Any]) -> Self:
        """Return the format with this layout."""
        form = cls()
        form._use(Dialect(layout["delimiter"], layout["line_end"], layout["bom"]))
        return form

    def pieces(self, chunks: Iterable[bytes]) -> Iterator[Piece]:
        """Yield the rows, each judged; see `Format`.

        Raises:
            FileRefused: A quote is never closed.
        """
        beginning, chunks = peek(chunks)
        self._use(Dialect.of(beginning, bom=self._dialect.bom, header=False))
        number = 1
        for rows in read_records(chunks, self._dialect):
            if isinstance(rows, Unread):
                yield self._unread(number, rows)
                number += 1
                continue
            yield from map(self._judged, count(number), rows)
            number += len(rows)

    def source_of(self, line: bytes) -> bytes:
        """Return an item as a row; see `Format`."""
        item = json.loads(line)
        if item[TYPE] == MODEL:
            cells = item[IDENTIFIER].split(",")
        else:
            cells = filter(None, (item[IDENTIFIER], item.get(DESCRIPTION)))
        return self._dialect.telling_row(list(map(cell_of, cells)))

    def judged_again(self, line: bytes) -> Judged:
        """Judge a canonical line; see `Format`."""
        return judge_item(0, line)

    def called(self, field: str) -> str:
        """Return what people call a member; see `Format`."""
        return _CALLED.get(field, field)

    def layout(self) -> Mapping[str, Any]:
        """Return how rows are written; see `Format`."""
        return {"name": self.name, "kind": KIND, **self._dialect.layout()}

    def _use(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.head = BOM_UTF8 if dialect.bom else b""
        self.separator = self.tail = dialect.line_end.encode()

    def _judged(self, number: int, row: Row) -> Judged:
        source = self._dialect.telling_row(row)
        if not any(cell.strip() for cell in row):
            return blank(number)
        try:
            return judge_row(number, list(map(text_of, row)), source)
        except UnicodeDecodeError as error:
            finding = Finding("", Code.NOT_UTF8, {"byte": error.start + 1})
            return Rejected(number, None, (finding,), source)

    def _unread(self, number: int, record: Unread) -> Rejected:
        if not record.closed:
            raise refused(RefusalCode.CSV_UNCLOSED_QUOTE, row=number)
        details = {"limit": MAX_LINE_BYTES // 1024, "lines": record.lines}
        finding = Finding("", record.code, details)
        return Rejected(number, None, (finding,), self._dialect.telling_row([record.text]))


def identifier_template() -> bytes:
    """Return a file to begin with, for spreadsheets: two serial numbers. It has no header."""
    return b"SN-00001,warehouse 1\r\nSN-00002,warehouse 2\r\n"
