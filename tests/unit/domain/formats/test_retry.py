"""What is rejected goes back in the sender's own format, to be corrected and sent again."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.formats.recognition import Kind
from shared.domain.parts import Part
from shared.domain.rules import Code
from tests.builders import a_line
from tests.unit.domain.validated import Validated


def lists_of(*entries: bytes) -> st.SearchStrategy[list[bytes]]:
    return st.lists(st.sampled_from(entries), min_size=1, max_size=30)


def assert_rejected_again(content: bytes, name: str, kind: Kind = "devices"):
    """Assert that the file of rejected entries has the same format, entries and mistakes."""
    first = Validated(content, name, kind)
    if not first.retry:
        return
    again = Validated(first.retry, f"retry.{first.form.name}", kind)
    assert type(again.form) is type(first.form)
    assert again.counts == (0, first.tally.rejected, 0)
    assert _mistakes(again) == _mistakes(first)
    assert again.retry == first.retry


def _mistakes(outcome: Validated) -> list[tuple[str, str, str, str]]:
    names = ("deviceId", "field", "code", "message")
    return [tuple(one[name] for name in names) for one in outcome.objects(Part.REJECTED)]


@given(
    lists_of(
        *(a_line("a"), b'{"id":"b"}', b"", b'{"id":"b c","statsu":1}', b'{"id":"cut off', b"{}"),
        *(b'"text"', b"null", b'{"id":"a"},', b"rubbish", b'{"id":"\xff"}', b"1,2", b"}"),
        *(b'{"id":"a","id":"b"}', b'{"id":"d","tags":{"a":NaN}}', b'{"id":7}'),
    ),
    st.sampled_from([b"\n", b"\r\n"]),
)
def test_lines_are_rejected_again(lines: Sequence[bytes], line_end: bytes):
    """For the same reasons, each for itself."""
    content = line_end.join([b'{"id":"first"}', *_distinct(lines)])
    assert_rejected_again(content, "devices.txt")


@given(
    lists_of(
        *(a_line("a"), b'{"id":"b c","statsu":1}', b"{}", b'"text"', b"null", b"[]", b"[[{}],1]"),
        *(b'{"id":"a","id":"b"}', b'{"id":1 2}', b'{"id":"\xff"}', b'{"id":"d",}', b"NaN", b"x"),
        *(b'{"id":[}]}', b'{"id":"\\"}"}', b"-", b'{\n "id":\t"e f"\r\n}', b'{"id":"\0"}'),
    )
)
def test_items_are_rejected_again(items: Sequence[bytes]):
    """For the same reasons, as long as brackets and quotes are closed."""
    content = b"[" + b" , ".join([b'{"id":"first"}', *_distinct(items)]) + b"]"
    assert_rejected_again(content, "devices.json")


@given(
    lists_of(
        *(b"a|enabled|1", b"b c|enabled|1", b"c|Enable|x", b"|enabled|", b"d|enabled", b"|||"),
        *(b'e|enabled|{"x"', b"f|\xff|1", b'"g|""h"|\xe9|"[1"', b'"i\r\nj"||null', b"k|||l", b""),
    ),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_rows_are_rejected_again(rows: Sequence[bytes], delimiter: str, line_end: str, bom):
    """For the same reasons, under the sender's own header, delimiter and line end."""
    header = b"ID|status|tags.x"
    lines = line_end.encode().join([header, b"first|enabled|1", *_distinct(rows)])
    content = lines.replace(b"|", delimiter.encode())
    assert_rejected_again(b"\xef\xbb\xbf" * bom + content, "devices.csv")


@given(
    lists_of(
        *(b"SN1|rack", b"S_N/2", b"S^3", b"490154203237518", b"01 234567 890123 4", b"S|a|b|c"),
        *(b"Contoso|Book|S1", b"Contoso||S1", b"id|details", b"{S4", b"S5,x;y|z"),
        *(b"S6|\xff", b"|", b"[S7|x"),
    ),
    st.sampled_from(",;\t|"),
    st.booleans(),
)
def test_rows_of_identifiers_are_rejected_again(rows: Sequence[bytes], delimiter: str, bom):
    """For the same reasons, though there is no header that tells the delimiter."""
    content = b"\n".join(_distinct([b"SN0|x", *rows])).replace(b"|", delimiter.encode())
    assert_rejected_again(b"\xef\xbb\xbf" * bom + content, "serials.csv", "intune")


def _distinct(entries: Sequence[bytes]) -> list[bytes]:
    """Return the entries without repeats: the second one alone would be good."""
    return list(dict.fromkeys(entries))


@pytest.mark.parametrize(
    ("content", "retry"),
    [
        (b'[{"id":"a"}', b""),
        (b'[{"id":"a"},]', b""),
        (b'[{"id":"a"},,{"id":"b c"}]', b'[\n{"id":"b c"}\n]\n'),
        (b'[{"id":"a"}] {"id":"b"}', b'[\n"{\\"id\\":\\"b\\"}"\n]\n'),
        (b'[{"id":"a"},{"id":"b"', b'[\n"{\\"id\\":\\"b\\""\n]\n'),
        (b'[{"id":"a"},{"id":"b', b'[\n"{\\"id\\":\\"b"\n]\n'),
        (b'[{"id":"a"} {"id":"b"}]', b'[\n{"id":"a"}\n]\n'),
    ],
)
def test_what_is_wrong_between_items_does_no_harm_in_another_array(content: bytes, retry: bytes):
    """What has no end becomes a text, and what is no item at all is left out."""
    outcome = Validated(content)
    assert outcome.tally.found[Code.NOT_JSON] == 1 or b",," in content
    assert outcome.retry == retry
    assert not retry or Validated(retry, "retry.json").tally.total == 1


def test_a_record_that_cannot_be_read_is_one_cell():
    """So it cannot swallow the rows behind it; a spreadsheet shows it as it was."""
    outcome = Validated(b'id,status\n"a"b,enabled\nc d,enabled\n')
    assert outcome.retry == b'id,status\n"""a""b,enabled\n"\nc d,enabled\n'
    again = Validated(outcome.retry, "retry.csv")
    assert again.tally.found == {Code.WRONG_CELLS: 1, Code.INVALID_ID: 1}
