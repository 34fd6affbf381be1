"""Rows as lines of JSON, and back."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.formats.csv_header import read_columns
from shared.domain.formats.csv_lines import CsvLines


TITLES = ("tags.a", "id", "desired.x", "tags.b.c", "status", "tags.b.d:text", "iotEdge")
_cells = st.sampled_from(["", "1", "x", "true", '{"y":1}', '"', "%s", "%", "\n"])


@given(st.lists(st.lists(_cells, min_size=7, max_size=7), min_size=1, max_size=8))
def test_several_rows_are_read_like_each(rows: Sequence[list[str]]):
    """Whichever cells they fill."""
    lines = CsvLines(read_columns(TITLES))
    assert lines.lines(rows) == b"".join(lines.lines([row]) for row in rows)


@given(st.lists(_cells, min_size=7, max_size=7))
def test_a_row_comes_back_from_its_line(row: list[str]):
    """With the same cells, but for the case of truth values."""
    lines = CsvLines(read_columns(TITLES))
    line = lines.lines([row])
    assert lines.row(line.strip() or b"{}") == row


@pytest.mark.parametrize(
    ("titles", "row", "device"),
    [
        (["id", "tags.a", "status", "tags.b"], ["d", "1", "", "2"],
         '{"id":"d","tags":{"a":1,"b":2}}'),
        (["id", "tags.100%s"], ["d", "%d"], '{"id":"d","tags":{"100%s":"%d"}}'),
        (["id", 'tags."x"'], ["d", "1"], '{"id":"d","tags":{"\\"x\\"":1}}'),
        (["id", "tags"], ["d", '{"a":{"b":null}}'], '{"id":"d","tags":{"a":{"b":null}}}'),
        (["id", "primaryThumbprint"], ["d", "AA"],
         '{"id":"d","authentication":{"type":"selfSigned","x509Thumbprint":{"primaryThumbprint":"AA"}}}'),
        (["id", "primaryThumbprint", "authType"], ["d", "AA", "sas"],
         '{"id":"d","authentication":{"x509Thumbprint":{"primaryThumbprint":"AA"},"type":"sas"}}'),
        (["id", "parentScopes"], ["d", "ms-azure-iot-edge://a ms-azure-iot-edge://b"],
         '{"id":"d","parentScopes":["ms-azure-iot-edge://a","ms-azure-iot-edge://b"]}'),
        (["id", "status"], ["", ""], ""),
    ],
)  # fmt: skip
def test_a_row_is_a_device(titles: list[str], row: list[str], device: str):
    """What is in one object stands together, and empty cells are absent."""
    line = CsvLines(read_columns(titles)).lines([row]).decode()
    assert line == f"{device}\n"
    assert not device or json.loads(line)


def test_what_has_no_column_is_left_out_of_a_row():
    """As what the file says for all of its rows."""
    line = b'{"id":"d","status":"enabled","tags":{"x":1},"properties":null}'
    assert CsvLines(read_columns(["desired.a", "id"])).row(line) == ["", "d"]


@pytest.mark.parametrize("row", [["d"], ["d", "x", "y"], []])
def test_a_row_with_other_cells_is_no_line(row: list[str]):
    """Nobody knows which cell is whose."""
    lines = CsvLines(read_columns(["id", "status"]))
    with pytest.raises(ValueError, match=r"zip\(\) argument"):
        lines.lines([["a", "enabled"], row])
    with pytest.raises(ValueError, match="cells for 2 columns"):
        lines.lines([row])
