"""NDJSON as hubs and SDKs write it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.device_line import MAX_LINE_BYTES
from shared.domain.formats.ndjson import FIRST_BLOCK, split_lines
from shared.domain.parts import Part
from shared.domain.rules import Code
from tests.builders import a_file, a_line
from tests.unit.domain.formats.reading import cut, cuts
from tests.unit.domain.validated import Validated


NOTICE = b"Warning: authentication keys were excluded from this export.\n"


@pytest.mark.parametrize(
    ("content", "devices"),
    [
        pytest.param(b'\xef\xbb\xbf{"id":"a"}\n{"id":"b"}\n', "ab", id="byte order mark"),
        pytest.param(b'{"id":"a"}\r\n{"id":"b"}\r\n', "ab", id="CRLF"),
        pytest.param(b'{"id":"a"}\n\r\n \t\n{"id":"b"}\n\n', "ab", id="blank lines"),
        pytest.param(b'{"id":"a"}', "a", id="no line end"),
        pytest.param(NOTICE + b'{"id":"a"}\n', "a", id="export without keys"),
        pytest.param(NOTICE[:-1] + b'\r\n{"id":"a"}\r\n', "a", id="the same with CRLF"),
        pytest.param(b' {"id":"a"} \n', "a", id="space around"),
        pytest.param('{"id":"a","tags":{"x":"1\N{LINE SEPARATOR}2\x85"}}\n'.encode(), "a",
                     id="line separators of Unicode"),
        pytest.param(b'{"id":"a","importMode":"Update","status":"Enabled"}\n', "a",
                     id="capitalised, as from Node and Java"),
        pytest.param(b'{"id":"a","authentication":null,"deviceScope":null}\n', "a",
                     id="null members, as from .NET"),
    ],
)  # fmt: skip
def test_what_tools_write_is_read(content: bytes, devices: str):
    """All devices are accepted, whatever stands around them."""
    outcome = Validated(content)
    assert [device["id"] for device in outcome.devices] == list(devices)
    assert outcome.tally.rejected == 0


@pytest.mark.parametrize("first", [100, FIRST_BLOCK + 1, 100_000])
def test_the_notice_of_an_export_is_found_before_lines_of_any_length(first: int):
    """It has a line of its own in the counts."""
    device = a_line("a", tags={"x": [" " * 4000] * (first // 4000 + 1)})
    outcome = Validated(NOTICE + a_file(device))
    assert outcome.objects(Part.SKIPPED)[0]["code"] == Code.EXPORT_NOTICE
    assert outcome.tally.total == 2


def test_a_sentence_among_the_lines_is_no_notice():
    """Only the first line may be one."""
    outcome = Validated(a_file(a_line("a")) + NOTICE + a_file(a_line("b")))
    assert outcome.counts == (2, 1, 0)


#: What a cut in a line that is too long must not make good.
_TOO_LONG = [
    a_line("a", tags={"x": "y" * MAX_LINE_BYTES}),
    a_line("a") + b" " * MAX_LINE_BYTES + b"oops",
    b" " * (2 * MAX_LINE_BYTES),
    a_line("a") + b" " * (MAX_LINE_BYTES - len(a_line("a"))) + b"\roops",
    a_line("a") + b" " * (MAX_LINE_BYTES - len(a_line("a"))) + b"\r\r",
]


@pytest.mark.parametrize("line", _TOO_LONG)
@pytest.mark.parametrize("size", [1 << 20, 70_000, 65_536])
def test_a_line_that_is_too_long_is_rejected_wherever_it_is_cut(line: bytes, size: int):
    """It costs its own line and no other."""
    content = a_file(a_line("before"), line, a_line("behind"))
    outcome = Validated(list(cut(content, [size])))
    (rejected,) = outcome.objects(Part.REJECTED)
    assert (rejected["line"], rejected["code"]) == (2, Code.LINE_TOO_LONG)
    assert outcome.numbers == [1, 3]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_the_longest_line_is_good(line_end: bytes):
    """Its line end does not count."""
    line = a_line("a").ljust(MAX_LINE_BYTES - 1)[:-1]
    line = line.rstrip().removesuffix(b"}") + b" " * (MAX_LINE_BYTES - len(a_line("a"))) + b"}"
    assert len(line) == MAX_LINE_BYTES
    for size in (65_536, 70_000, len(line), len(line) + 1):
        outcome = Validated(list(cut(line + line_end + a_line("b") + line_end, [size])))
        assert outcome.part(Part.DEVICES) == a_file(line, a_line("b"))


def test_a_carriage_return_inside_a_line_does_not_reach_the_hub():
    """JSON allows it between values, and readers of lines take it for the end of one."""
    outcome = Validated(b'{"id":"a",\r"status":"enabled"}\n')
    assert outcome.part(Part.DEVICES) == b'{"id":"a","status":"enabled"}\n'


def test_a_byte_order_mark_inside_a_file_is_named():
    """Nobody sees it, and files that were put together have it."""
    outcome = Validated(a_file(a_line("a")) + b"\xef\xbb\xbf" + a_file(a_line("b")))
    (rejected,) = outcome.objects(Part.REJECTED)
    assert rejected["code"] == Code.NOT_JSON
    assert "byte order mark" in rejected["message"]


@given(st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b""))), cuts)
def test_our_own_lines_are_read_as_they_were_written(lines: Sequence[bytes], sizes: Sequence[int]):
    """Line feeds alone end them."""
    assert list(split_lines(cut(a_file(*lines), sizes))) == list(lines)


def test_our_own_lines_may_be_longer_than_the_senders():
    """A line as long as may be gets longer by what is added to it."""
    line = b"x" * (MAX_LINE_BYTES + 100)
    assert list(split_lines(cut(a_file(line, line), [65_536]))) == [line, line]
