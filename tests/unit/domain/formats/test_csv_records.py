"""Records are read with the csv module, and reading goes on behind those that it refuses."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.device_line import MAX_LINE_BYTES
from shared.domain.formats.csv_dialect import Dialect, Row
from shared.domain.formats.csv_records import Unread, read_records
from shared.domain.rules import Code
from tests.unit.domain.formats.reading import cut, cuts


def records_of(content: bytes, sizes: Sequence[int], delimiter: str = ",") -> list[Row | Unread]:
    """Return all records of a file, one by one."""
    found: list[Row | Unread] = []
    for some in read_records(cut(content, sizes), Dialect(delimiter)):
        found += [some] if isinstance(some, Unread) else some
    return found


@given(
    st.lists(st.lists(st.text('aé,;"\n\r \0', max_size=5), min_size=2, max_size=3), max_size=10),
    st.sampled_from(["\n", "\r\n", "\r"]),
    cuts,
)
def test_what_the_csv_module_writes_is_read(
    rows: Sequence[Row], line_end: str, sizes: Sequence[int]
):
    """Quotes, delimiters and line ends in cells are no obstacle, wherever the file is cut."""
    text = io.StringIO()
    csv.writer(text, lineterminator=line_end).writerows(rows)
    content = text.getvalue().encode("latin-1")
    assert records_of(content, sizes) == rows
    assert records_of(content.removesuffix(line_end.encode()), sizes) == rows


@given(st.text('a,"\n\r', max_size=40), cuts)
def test_any_text_is_read_to_its_end(text: str, sizes: Sequence[int]):
    """In the same records wherever it is cut; each line belongs to one of them."""
    content = text.encode()
    records = records_of(content, sizes)
    assert records == records_of(content, [1000])
    lines = [one.lines if isinstance(one, Unread) else None for one in records]
    whole = len(io.StringIO(text, newline="").readlines())
    assert len(records) <= whole
    assert None in lines or sum(filter(None, lines)) == whole


@pytest.mark.parametrize(
    ("content", "records"),
    [
        (b'a,b\n"c"d,e\nf,g', [["a", "b"], ("bad_quotes", '"c"d,e\n', 1), ["f", "g"]]),
        (b'a\n"b\nc"d\ne\n', [["a"], ("bad_quotes", '"b\nc"d\n', 2), ["e"]]),
        (b'a\n"b\nc', [["a"], ("bad_quotes", '"b\nc', 2)]),
        (b'a "b" c,d\n', [['a "b" c', "d"]]),
        (b"a\n\nb\r\n\r\nc\rd", [["a"], [], ["b"], [], ["c"], ["d"]]),
    ],
)
def test_bad_quotes_cost_the_record_that_they_are_in(
    content: bytes, records: Sequence[Row | tuple[str, str, int]]
):
    """With the lines that it takes; the next line begins another one."""
    for size in (1, 100):
        found = records_of(content, [size])
        assert [one[:3] if isinstance(one, Unread) else one for one in found] == records


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [65_536, 70_001, 1 << 20])
@pytest.mark.parametrize(
    ("record", "code", "lines"),
    [
        ("x" * (MAX_LINE_BYTES + 1), Code.LINE_TOO_LONG, 1),
        ('"' + "x" * 900_000 + '"', Code.LINE_TOO_LONG, 1),
        ("," * 600_000, Code.LINE_TOO_LONG, 1),
        ('"' + '""' * 300_000 + '",y', Code.LINE_TOO_LONG, 1),
        ('"' + "row,with,cells\n" * 30_000 + '",y', Code.BAD_QUOTES, 30_001),
    ],
)
def test_a_record_that_is_too_long_is_passed_over(
    record: str, code: Code, lines: int, size: int, line_end: str
):
    """To its end and no further; where it took in other lines, a quote is to blame."""
    content = line_end.join(["a,b", record.replace("\n", line_end), "c,d", ""]).encode()
    before, unread, behind = records_of(content, [size])
    assert (before, behind) == (["a", "b"], ["c", "d"])
    assert isinstance(unread, Unread)
    assert (unread.code, unread.lines, unread.closed) == (code, lines, True)
    assert record.startswith(unread.text[:14])


def test_a_quote_that_is_never_closed_is_told():
    """Nothing behind it can be read."""
    content = b'a,b\n"c,d\n' + b"e,f\n" * 100_000
    before, unread = records_of(content, [65_536])
    assert before == ["a", "b"]
    assert isinstance(unread, Unread)
    assert not unread.closed


@pytest.mark.parametrize("first", [b"\n", b"\r\n"])
def test_rows_are_whole_though_line_ends_change(first: bytes):
    """Files that were put together have several; no row is cut in two for that."""
    rows = [[f"d{number}", "x"] for number in range(60_000)]
    content = b"id,status" + first + b"\r".join(",".join(row).encode() for row in rows)
    assert records_of(content, [65_536])[1:] == rows
