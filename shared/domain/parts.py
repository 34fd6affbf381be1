"""The files that a validation writes, and how findings look in them."""

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Any, Final, Protocol

from pydantic_core import to_json

from shared.domain.device_line import Order


class Part(StrEnum):
    """The files that a validation writes, by name."""

    DEVICES = "devices.txt"  #: accepted lines as the hub wants them, in the hub's order
    NUMBERS = "devices.numbers"  #: for each of them its number in the source, in 4 bytes
    REJECTED = "rejected.ndjson"  #: what is wrong, one JSON object for each finding
    REJECTED_CSV = "rejected.csv"  #: the same for spreadsheets
    ENTRIES = "rejected.entries"  #: the rejected entries as the sender wrote them
    SKIPPED = "skipped.ndjson"  #: entries without anything to import, and why
    WARNINGS = "warnings.ndjson"  #: what is legal but dangerous
    PARENTS = "parents.ndjson"  #: whom the lines name as parents; see `family`
    AGAIN = "again.txt"  #: accepted lines that a job refused for want of room; not by validation


#: What a validation writes, whatever the file.
WRITTEN: Final = tuple(part for part in Part if part is not Part.AGAIN)

type Write = Callable[[bytes], object]
#: Returns what takes the bytes of a part. A part in several orders is one file, in these orders.
type Open = Callable[[Part, Order], Write]


class Parts(Protocol):
    """The parts of one validation."""

    def replace(self, *parts: Part) -> AbstractContextManager[Open]:
        """Open parts for writing; what they held can be read until the block ends."""
        ...

    def read(self, part: Part, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of a part, or some of them, in chunks; nothing if it has none."""
        ...


#: The members of a finding, and the header of `rejected.csv`.
COLUMNS: Final = ("line", "deviceId", "field", "code", "message")
#: What makes a spreadsheet take a cell for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def json_line(members: Mapping[str, Any]) -> bytes:
    """Return an object as a line of NDJSON."""
    return to_json(members) + b"\n"


class _Returned:
    """A file that returns what is written."""

    def write(self, row: str) -> bytes:
        """Return a row in UTF-8."""
        return row.encode()


_ROWS: Final = csv.writer(_Returned())


def csv_row(members: Mapping[str, Any]) -> bytes:
    """Return the values of an object as a row of CSV; no cell can be taken for a formula."""
    row: bytes = _ROWS.writerow(map(_cell, members.values()))
    return row


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
