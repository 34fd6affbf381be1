"""The rows under one header as pieces of a file: blocks of lines, and what is no line."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

from shared.domain.block_judge import Block
from shared.domain.device_line import MAX_LINE_BYTES, Rejected, Skipped, judge_line
from shared.domain.finding import Finding
from shared.domain.formats.csv_dialect import Cell, Dialect, Row
from shared.domain.formats.csv_header import Column, read_columns
from shared.domain.formats.csv_lines import CsvLines
from shared.domain.formats.csv_records import Unread
from shared.domain.formats.format import Piece
from shared.domain.formats.refusals import RefusalCode, refused


class CsvTable:
    """What is known of a table once its header is read.

    Args:
        dialect: How the file is written.
        titles: The cells of the header.

    Raises:
        FileRefused: The header is none.
    """

    def __init__(self, dialect: Dialect, titles: Sequence[Cell]) -> None:
        self.dialect = dialect
        self.head = dialect.head(titles)
        self._columns = read_columns(titles)
        self._lines = CsvLines(self._columns)
        self._titles = {".".join(column.path): column.title for column in self._columns}

    def pieces(self, first: int, rows: list[Row] | Unread) -> Iterator[Piece]:
        """Yield rows, the first of which has the number `first`."""
        if isinstance(rows, Unread):
            yield self._unread(first, rows)
            return
        try:
            block = self._block(first, rows)
        except ValueError:
            yield from self._sorted_out(first, rows)
        else:
            yield block

    def row_of(self, line: bytes) -> bytes:
        """Return a line as a row; what has no column is left out."""
        return self.dialect.row(self._lines.row(line))

    def called(self, field: str) -> str:
        """Return the column that a field is in, or is a part of; else the field."""
        path = field
        while path and path not in self._titles:
            path = path.rpartition(".")[0]
        return self._titles[path] + field[len(path) :] if path else field

    def layout(self) -> Mapping[str, Any]:
        """Return the columns and the dialect, ready for JSON."""
        return {"titles": [column.title for column in self._columns], **self.dialect.layout()}

    def _unread(self, number: int, record: Unread) -> Rejected:
        if not record.closed:
            raise refused(RefusalCode.CSV_UNCLOSED_QUOTE, row=number)
        details = {"limit": MAX_LINE_BYTES // 1024, "lines": record.lines}
        finding = Finding("", record.code, details)
        return Rejected(number, None, (finding,), self.dialect.row([record.text]))

    def _block(self, first: int, rows: Sequence[Row]) -> Block:
        """Make a block of rows. Raises ValueError if one of them is no line."""
        lines = self._lines.lines(rows)
        if not lines.isascii():
            lines.decode()
        return Block(first, lines, _Sources(rows, self.dialect))

    def _sorted_out(self, first: int, rows: Sequence[Row]) -> Iterator[Piece]:
        """Yield each row that is no line by itself, and blocks of those between."""
        rows = [row or [""] * len(self._columns) for row in rows]
        start = 0
        for index, row in enumerate(rows):
            if bad := self._lines.findings(row):
                if start < index:
                    yield self._block(first + start, rows[start:index])
                yield self._rejected(first + index, row, bad)
                start = index + 1
        if start < len(rows):
            yield self._block(first + start, rows[start:])

    def _rejected(self, number: int, row: Row, bad: Mapping[Column | None, Finding]) -> Rejected:
        """Reject a row for its bad cells, and for what is wrong with the others."""
        device_id, findings = None, tuple(bad.values())
        if None not in bad:
            pairs = zip(self._columns, row, strict=True)
            others = ["" if column in bad else cell for column, cell in pairs]
            judged = judge_line(number, self._lines.lines([others]).rstrip(b"\n"))
            device_id = None if isinstance(judged, Skipped) else judged.device_id
            if isinstance(judged, Rejected):
                known = {".".join(column.path) for column in bad if column}
                findings += tuple(one for one in judged.findings if one.field not in known)
        return Rejected(number, device_id, findings, self.dialect.row(row))


class _Sources(Sequence[bytes]):
    """Rows as the sender wrote them. Few are asked for, so they are written when they are."""

    def __init__(self, rows: Sequence[Row], dialect: Dialect) -> None:
        self._rows = rows
        self._dialect = dialect

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(index, slice):
            return _Sources(self._rows[index], self._dialect)
        return self._dialect.row(self._rows[index])

    def __len__(self) -> int:
        return len(self._rows)
