"""Rows of a CSV file as lines of JSON, and back.

A format string is made of the header, and `%` fills in the cells of a row. A field whose cell is
empty is absent, so there is a format string for each set of cells that rows fill; mostly all rows
of a file fill the same ones.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, compress, groupby
from typing import Any, Final

from shared.domain.finding import Finding
from shared.domain.formats.csv_cells import NotJson, to_cell, to_json
from shared.domain.formats.csv_dialect import Cell, Row, cell_of, text_of
from shared.domain.formats.csv_header import Column
from shared.domain.redaction import redacted
from shared.domain.rules import Code


#: Format strings that are kept.
FORMATS: Final = 512

type _Path = tuple[str, ...]
#: Which cells of a row have something in them, in the order of the JSON.
type _Filled = tuple[bool, ...]

_TYPE: Final = ("authentication", "type")
_KEYS: Final = ("authentication", "symmetricKey")
_THUMBPRINTS: Final = ("authentication", "x509Thumbprint")


class CsvLines:
    """Writes rows of one header as lines, and lines as rows.

    Args:
        columns: The columns in the order of the file.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        #: The order of the JSON: what is in one object stands together.
        self._order = _order([column.path for column in columns])
        self._format = lru_cache(FORMATS)(self._make_format)

    def lines(self, rows: Sequence[Row]) -> bytes:
        """Return rows as lines; one without any cell filled is an empty line.

        Raises:
            ValueError: Some row has another number of cells, or a cell that is not as it must be.
        """
        columns = list(zip(*rows, strict=True))
        if len(columns) != len(self._columns):
            message = f"{len(columns)} cells for {len(self._columns)} columns"
            raise ValueError(message)
        cells = [columns[index] for index in self._order]
        values = [to_json(columns[index], self._columns[index].kind) for index in self._order]
        filled = tuple(map(all, cells))
        lines: Iterable[str]
        if any(filled) and filled == tuple(map(any, cells)):
            lines = map(self._format(filled).__mod__, zip(*compress(values, filled), strict=True))
        else:
            lines = self._one_by_one(cells, values)
        return "".join(lines).encode("latin-1")

    def row(self, line: bytes) -> Row:
        """Return a line as a row. What has no column is left out."""
        device = json.loads(line)
        return [to_cell(_value(device, column.path), column.kind) for column in self._columns]

    def findings(self, row: Row) -> Mapping[Column | None, Finding]:
        """Return why a row is no line, by column; None stands for the whole row."""
        if len(row) != len(self._columns):
            details = {"cells": len(row), "columns": len(self._columns)}
            return {None: Finding("", Code.WRONG_CELLS, details)}
        pairs = zip(self._columns, row, strict=True)
        return {column: bad for column, cell in pairs if (bad := _cell_finding(column, cell))}

    def _one_by_one(
        self, cells: Sequence[Sequence[Cell]], values: Sequence[Iterable[Cell]]
    ) -> Iterator[str]:
        filled_cells = zip(*(map(bool, column) for column in cells), strict=True)
        for filled, row in zip(filled_cells, zip(*values, strict=True), strict=True):
            yield self._format(filled) % tuple(compress(row, filled))

    def _make_format(self, filled: _Filled) -> str:
        """Make the format string for rows in which these cells are filled."""
        slots = [(self._columns[index].path, "%s") for index in compress(self._order, filled)]
        return (_object(_with_type(slots)) if slots else "") + "\n"


def _cell_finding(column: Column, cell: Cell) -> Finding | None:
    field = redacted(column.title, 200)
    try:
        text_of(cell)
        for _ in to_json([cell], column.kind):
            pass
    except UnicodeDecodeError as error:
        return Finding(field, Code.NOT_UTF8, {"byte": error.start + 1})
    except NotJson as error:
        return Finding(
            field, Code.NOT_JSON, {"why": f"{error}; a column {field}:text takes texts"}
        )
    return None


def _order(paths: Sequence[_Path]) -> list[int]:
    """Return the columns in such an order that those of one object follow each other."""
    first: dict[_Path, int] = {}
    for index, path in enumerate(paths):
        for beginning in accumulate((name,) for name in path):
            first.setdefault(beginning, index)
    return sorted(
        range(len(paths)),
        key=lambda index: [first[one] for one in accumulate((name,) for name in paths[index])],
    )


def _with_type(slots: list[tuple[_Path, str]]) -> list[tuple[_Path, str]]:
    """Say selfSigned where there are only thumbprints: without a type the hub supposes sas.

    Source: AuthenticationMechanism.cs, C# service SDK, where sas is the default.
    """
    given = {path[:2] for path, _ in slots}
    if _THUMBPRINTS not in given or not given.isdisjoint({_TYPE, _KEYS}):
        return slots
    at = next(at for at, (path, _) in enumerate(slots) if path[:2] == _THUMBPRINTS)
    return [*slots[:at], (_TYPE, '"selfSigned"'), *slots[at:]]


def _object(slots: Iterable[tuple[_Path, str]], depth: int = 0) -> str:
    """Return an object with a slot for each path, of whose names `depth` are around it."""
    members = (
        f"{_name(name)}:{_member(list(inside), depth + 1)}"
        for name, inside in groupby(slots, key=lambda slot: slot[0][depth])
    )
    return f"{{{','.join(members)}}}"


def _member(slots: list[tuple[_Path, str]], depth: int) -> str:
    path, slot = slots[0]
    return slot if len(path) == depth else _object(slots, depth)


def _name(name: str) -> str:
    """Return a name in JSON, inside of a format string."""
    return cell_of(json.dumps(name, ensure_ascii=False)).replace("%", "%%")


def _value(inside: Any, path: _Path) -> Any:
    for name in path:
        inside = inside.get(name) if isinstance(inside, dict) else None
    return inside
