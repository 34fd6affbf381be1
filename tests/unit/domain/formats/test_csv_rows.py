"""Tables: each problem is told by the row and the column that the sender knows."""

import csv
import io
import json
from pathlib import Path

import pytest

from shared.domain.defaults import Defaults
from shared.domain.device_line import MAX_LINE_BYTES
from shared.domain.formats.csv_rows import csv_template
from shared.domain.formats.format import FileRefused
from shared.domain.formats.refusals import RefusalCode
from shared.domain.parts import Part
from shared.domain.rules import RULES, Code
from tests.unit.domain.formats.reading import cut
from tests.unit.domain.validated import Validated, validated


SAMPLES = Path(__file__).parents[4] / "samples"
HEADER = b"ID;status;authentication.symmetricKey.primaryKey;Tags.plant;desired.a"


def told(content: bytes) -> list[tuple[int, str, str]]:
    """Return row, column and code of all that is wrong with a table."""
    found = Validated(content, "x.csv").objects(Part.REJECTED)
    return [(one["line"], one["field"], one["code"]) for one in found]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (b"d 1;enabled;;;", "ID", Code.INVALID_ID),
        (b";enabled;;;", "ID", Code.MISSING_FIELD),
        (b"d;enable;;;", "status", Code.UNKNOWN_VALUE),
        (b"d;enabled;abc;;", "authentication.symmetricKey.primaryKey", Code.INVALID_KEY),
        (b"d;enabled;;" + b"x" * 5000 + b";", "Tags.plant", Code.TWIN_TEXT_TOO_LONG),
        (b'd;enabled;;;"{""b"":{""c.d"":1}}"', "desired.a.b.c.d", Code.TWIN_KEY),
        (b"d;enabled;;;{", "desired.a", Code.NOT_JSON),
        (b"d;enabled;;\xff;", "Tags.plant", Code.NOT_UTF8),
        (b"d;enabled", "", Code.WRONG_CELLS),
        (b"d;enabled;;;;;", "", Code.WRONG_CELLS),
        (b'"d"x;enabled;;;', "", Code.BAD_QUOTES),
        (b"d;enabled;;;" + b"x" * MAX_LINE_BYTES, "", Code.LINE_TOO_LONG),
    ],
)
def test_a_problem_is_told_by_row_and_column(row: bytes, column: str, code: Code):
    """In NDJSON and in CSV, with the column as the sender wrote it in the header."""
    outcome = Validated(HEADER + b"\r\ngood;enabled;;;\r\n" + row + b"\r\nlast;;;;\r\n", "x.csv")
    assert outcome.numbers == [2, 4]
    first = outcome.objects(Part.REJECTED)[0]
    assert (first["line"], first["field"], first["code"]) == (3, column, code)
    in_csv = csv.DictReader(io.StringIO(outcome.part(Part.REJECTED_CSV).decode(), newline=""))
    assert next(in_csv) == {
        name: "" if value is None else str(value) for name, value in first.items()
    }


@pytest.mark.parametrize(
    ("rows", "code", "details"),
    [
        (b"d,x,y", Code.WRONG_CELLS, {"cells": 3, "columns": 2}),
        (b'd,"x\ny"z', Code.BAD_QUOTES, {"lines": 2}),
        (b'd,"x', Code.BAD_QUOTES, {"lines": 1}),
    ],
)
def test_a_broken_rule_about_rows_is_named(rows: bytes, code: Code, details: dict[str, int]):
    """With what was found, and no other rule is."""
    (found,) = Validated(b"id,status\n" + rows, "x.csv").objects(Part.REJECTED)
    assert (found["code"], found["field"]) == (code, "")
    assert found["message"] == RULES[code].says.format_map(details)


def test_all_that_is_wrong_with_a_row_is_told_at_once():
    """Bad cells, and what is wrong with the others."""
    assert told(HEADER + b"\na b;Off;x;\xe9;{\n") == [
        (2, "Tags.plant", Code.NOT_UTF8),
        (2, "desired.a", Code.NOT_JSON),
        (2, "ID", Code.INVALID_ID),
        (2, "status", Code.UNKNOWN_VALUE),
        (2, "authentication.symmetricKey.primaryKey", Code.INVALID_KEY),
    ]


def test_rows_are_counted_as_spreadsheets_show_them():
    """Line ends inside of cells do not count, and empty rows do."""
    rows = b'id,statusReason\n"a","x\ny\r\nz"\n\n,\nb c,\n'
    outcome = Validated(rows, "x.csv")
    assert outcome.numbers == [2]
    assert [one["line"] for one in outcome.objects(Part.SKIPPED)] == [3, 4]
    assert told(rows) == [(5, "id", Code.INVALID_ID)]


@pytest.mark.parametrize("before", [b"\n\n", b"\r\n;;\r\n", b"\n" * 9_000])
def test_rows_before_the_header_count(before: bytes):
    """Some spreadsheets begin further below."""
    outcome = Validated(before + b"id;status;tags.a\na;enabled;1\n", "x.csv")
    assert outcome.numbers == [before.count(b"\n") + 2]


def test_a_repeated_device_is_told_in_its_row():
    """As the sender wrote it, with the row of the first."""
    outcome = Validated(b'ID,tags.x\na,1\nb,2\n"a","3, 4"\n', "x.csv")
    (found,) = outcome.objects(Part.REJECTED)
    assert (found["line"], found["field"], found["code"]) == (4, "ID", Code.DUPLICATE_DEVICE)
    assert "line 2" in found["message"]
    assert outcome.retry == b'ID,tags.x\na,"3, 4"\n'


def test_the_defaults_of_the_file_hold_for_its_rows():
    """Where a cell is empty, and where there is no column."""
    outcome = Validated(b"id,status\na,\nb,disabled\n", "x.csv",
                        defaults=Defaults(import_mode="create", status="enabled"))  # fmt: skip
    assert outcome.devices == [
        {"id": "a", "importMode": "create", "status": "enabled"},
        {"id": "b", "status": "disabled", "importMode": "create"},
    ]


@pytest.mark.parametrize("name", ["factory-list.csv", "factory-list-x509.csv"])
def test_files_of_spreadsheets_are_read(name: str):
    """With byte order mark and semicolons, or with quotes and commas."""
    outcome = Validated((SAMPLES / name).read_bytes(), name)
    assert outcome.tally.rejected == 0
    assert outcome.tally.accepted >= 20
    row = outcome.form.source_of(outcome.lines(Part.DEVICES)[0])
    assert row in (SAMPLES / name).read_bytes()


def test_the_template_is_good():
    """And warns of nothing."""
    outcome = Validated(csv_template(), "template.csv")
    assert outcome.counts == (2, 0, 0)
    assert outcome.part(Part.WARNINGS) == b""
    assert outcome.devices[0]["properties"] == {"desired": {"interval": 60}}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"id,statsu\na,enabled\n", RefusalCode.CSV_UNKNOWN_COLUMN),
        (b"status,tags.a\nenabled,1\n", RefusalCode.CSV_NO_ID),
        (b"\n;;\n", RefusalCode.CSV_NO_ID),
        (b'"id,status\na,enabled\n', RefusalCode.CSV_HEADER_TOO_LONG),
        (b'id,status\n"a,enabled\n' + b"b,enabled\n" * 30_000, RefusalCode.CSV_UNCLOSED_QUOTE),
    ],
)
def test_what_cannot_be_read_as_a_table_is_refused(content: bytes, code: RefusalCode):
    """Wherever it is cut."""
    for size in (65_536, 100_000):
        refused = validated(list(cut(content, [size])), "x.csv")
        assert isinstance(refused, FileRefused)
        assert refused.code == code


def test_a_table_without_rows_has_a_layout():
    """There is nothing to import, but a record of it."""
    outcome = Validated(b"id;status\r\n", "x.csv")
    assert outcome.counts == (0, 0, 0)
    assert json.loads(json.dumps(outcome.form.layout())) == {
        "name": "csv",
        "titles": ["id", "status"],
        "delimiter": ";",
        "line_end": "\r\n",
        "bom": False,
    }
