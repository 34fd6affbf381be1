import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.chunk import MOST_DEVICES, WINDOW_BYTES, next_lines
from shared.domain.device_line import MAX_LINE_BYTES, Order, order_of
from tests.builders import a_file, a_line


MEMBERS: dict[Order, dict[str, Any]] = {
    Order.DEVICE: {},
    Order.EDGE_CHILD: {"capabilities": {"iotEdge": True}, "parentScopes": ["s"]},
    Order.CHILD: {"deviceScope": "s"},
    Order.MODULE: {"moduleId": "m"},
}


def lines_in(orders: list[Order]) -> list[bytes]:
    return [a_line(f"d{number}", **MEMBERS[order]) for number, order in enumerate(orders)]


def chunks_of(text: bytes, most: int, window: int) -> list[list[bytes]]:
    """Cut the whole file, as a run does that never waits."""
    chunks, start = [], 0
    while start < len(text):
        chunk = next_lines(text[start : start + window], most)
        chunks.append(chunk)
        start += sum(map(len, chunk))
    return chunks


@given(
    st.lists(st.sampled_from(Order), max_size=40).map(sorted),
    st.integers(1, MOST_DEVICES),
    st.integers(200, 2000),
)
def test_every_line_is_in_one_chunk(orders: list[Order], most: int, window: int):
    """In order, none left out; a chunk has at most so many lines, all of one order."""
    text = a_file(*lines_in(orders))
    chunks = chunks_of(text, most, window)
    assert b"".join(line for chunk in chunks for line in chunk) == text
    for chunk in chunks:
        assert 1 <= len(chunk) <= most
        assert len({order_of(json.loads(line)) for line in chunk}) == 1


def test_edge_devices_with_parents_go_alone():
    """The parent of one may be the one before it."""
    text = a_file(*lines_in([Order.DEVICE, Order.EDGE_CHILD, Order.EDGE_CHILD, Order.CHILD]))
    assert [len(chunk) for chunk in chunks_of(text, 100, WINDOW_BYTES)] == [1, 1, 1, 1]


def test_a_carriage_return_ends_no_line():
    """It is white space of JSON."""
    text = b'{"id":\r"a"}\n{"id":"b"}\n'
    assert len(next_lines(text, 100)) == 2


def test_the_longest_line_fits_in_the_window():
    """So a run never stands still before one."""
    line = a_line("d", tags={"a": "x" * (MAX_LINE_BYTES - 60)})
    assert len(line) <= MAX_LINE_BYTES
    assert next_lines(a_file(line, line, line)[:WINDOW_BYTES], 100)


def test_without_a_whole_line_there_is_no_chunk():
    """The file breaks off, or is gone."""
    assert next_lines(b"", 100) == []
    assert next_lines(b'{"id":"a"', 100) == []
