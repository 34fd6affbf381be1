"""How the sender of a table separates cells and ends rows."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.formats.csv_dialect import DELIMITERS, Dialect, cell_of, text_of


dialects = st.builds(
    Dialect, st.sampled_from(DELIMITERS), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans()
)
rows = st.lists(st.text(max_size=8).map(cell_of), min_size=1, max_size=5)


@given(st.text())
def test_a_cell_holds_any_text(text: str):
    """A character a byte, and back."""
    assert text_of(cell_of(text)) == text


@given(dialects, rows)
def test_a_row_is_read_as_it_was_written(dialect: Dialect, row: Sequence[str]):
    """Whatever is in its cells, line ends and quotes too."""
    for written in (dialect.row(row), dialect.row(row, quoted=True), dialect.telling_row(row)):
        text = io.StringIO(written.decode("latin-1"), newline="")
        assert list(csv.reader(text, delimiter=dialect.delimiter, strict=True)) == [row]


@given(dialects, rows.filter(lambda row: len(row) > 1))
def test_a_telling_row_tells_the_dialect(dialect: Dialect, row: Sequence[str]):
    """Whatever delimiters and line ends are in its cells."""
    beginning = dialect.telling_row(row) + dialect.line_end.encode()
    assert Dialect.of(beginning, bom=dialect.bom) == dialect
    assert beginning[:1] not in {b"{", b"["}


@pytest.mark.parametrize(
    ("beginning", "delimiter", "line_end"),
    [
        (b"id;tags.a,b,c\r\n1;2\r\n", ";", "\r\n"),
        (b'"id","tags.a;b|c;"\n', ",", "\n"),
        (b'"id\n"\tstatus\r', "\t", "\r"),
        (b"\r\n\nid|status\n", "|", "\n"),
        (b"id", ",", "\n"),
        (b"", ",", "\n"),
    ],
)
def test_a_header_tells_the_dialect(beginning: bytes, delimiter: str, line_end: str):
    """By the first delimiter outside of quotes, and by the first line end."""
    assert Dialect.of(beginning, bom=False) == Dialect(delimiter, line_end)


@pytest.mark.parametrize(
    ("beginning", "delimiter"),
    [
        (b"SN1\nSN2;rack 1, left\nSN3\n", ";"),
        (b"SN1,a;b;c\nSN2\n", ","),
        (b'"SN1;x",a\n"SN2;y"\n', ","),
        ("SN1\tÅ\nSN2,…,…\nSN3\tÅ\n".encode(), "\t"),
        (b"SN1\nSN2\n", ","),
    ],
)
def test_without_a_header_the_majority_of_rows_tells(beginning: bytes, delimiter: str):
    """A row may have but one cell, and text in the others has delimiters of its own."""
    assert Dialect.of(beginning, bom=False, header=False).delimiter == delimiter
