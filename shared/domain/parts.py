"""The files that a validation writes, and how findings look in them."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final


class Part(StrEnum):
    """The files that a validation writes, by name."""

    DEVICES = "devices.txt"  #: accepted lines as the hub wants them, in the hub's order
    NUMBERS = "devices.numbers"  #: for each of them its number in the source, in 4 bytes
    REJECTED = "rejected.ndjson"  #: what is wrong, one JSON object for each finding
    REJECTED_CSV = "rejected.csv"  #: the same for spreadsheets
    ENTRIES = "rejected.entries"  #: the rejected entries as the sender wrote them
    SKIPPED = "skipped.ndjson"  #: entries without anything to import, and why
    WARNINGS = "warnings.ndjson"  #: what is legal but dangerous


type Write = Callable[[bytes], object]

#: The members of a finding, and the header of `rejected.csv`.
COLUMNS: Final = ("line", "deviceId", "field", "code", "message")
#: What makes a spreadsheet take a cell for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def json_line(members: Mapping[str, Any]) -> bytes:
    """Return an object as a line of NDJSON."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def csv_row(members: Mapping[str, Any]) -> bytes:
    """Return the values of an object as a row of CSV; no cell can be taken for a formula."""
    row = io.StringIO()
    csv.writer(row).writerow(map(_cell, members.values()))
    return row.getvalue().encode()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
