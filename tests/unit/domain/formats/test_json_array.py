"""A JSON array of devices: the body of the Bulk Registry call."""

from pathlib import Path

import pytest

from shared.domain.device_line import MAX_LINE_BYTES
from shared.domain.formats.format import FileRefused
from shared.domain.formats.json_array import JsonArray
from shared.domain.formats.refusals import RefusalCode
from shared.domain.parts import Part
from shared.domain.rules import Code
from tests.builders import a_line
from tests.unit.domain.formats.reading import cut
from tests.unit.domain.validated import Validated, validated


SAMPLE = Path(__file__).parents[4] / "samples" / "node-bulk.json"


def test_items_are_counted_from_one():
    """Wherever lines end."""
    outcome = Validated(b'[{"id":"a"},\n\n {}, {"id":"b"\n}]')
    assert outcome.numbers == [1, 3]
    assert [one["line"] for one in outcome.objects(Part.REJECTED)] == [2]


def test_a_pretty_printed_array_is_read():
    """As the Node SDK sends it: capitalised modes, empty keys."""
    outcome = Validated(SAMPLE.read_bytes())
    assert outcome.counts == (12, 0, 0)
    assert outcome.tally.by("mode")["updateIfMatchETag"] == 3
    assert b'""' not in outcome.part(Part.DEVICES)


@pytest.mark.parametrize("array", [b"[]", b" [ \r\n] ", b"[\t]\n"])
def test_an_empty_array_has_no_items(array: bytes):
    """There is nothing to import, and nothing wrong."""
    assert Validated(array).counts == (0, 0, 0)


@pytest.mark.parametrize(
    ("array", "places"),
    [
        pytest.param(b'[{"id":"a"},,{"id":"b"}]', {2: "nothing stands between"}, id="two commas"),
        pytest.param(b'[,{"id":"a"}]', {1: "nothing stands between"}, id="comma first"),
        pytest.param(b'[{"id":"a"},]', {2: "a comma stands before the ]"}, id="comma last"),
        pytest.param(b'[{"id":"a"}{"id":"b"}]', {1: "no comma stands"}, id="no comma"),
        pytest.param(b'[{"id":"a"}', {2: "without the ]"}, id="no bracket"),
        pytest.param(b'[{"id":"a"},', {2: "without the ]"}, id="cut off behind a comma"),
        pytest.param(b'[{"id":"a"},{"id"', {2: "the file ends inside"}, id="cut off in an item"),
        pytest.param(b'[{"id":"a"}] oops', {2: "behind the ]"}, id="something behind"),
        pytest.param(b'[{"id":"a"}][{"id":"b"}]', {2: "behind the ]"}, id="two arrays"),
        pytest.param(b'[\n{"id":"a\n",\n"status":"x"},\n{"id":"b"}]', {1: "goes over the end"},
                     id="line end in a text"),
        pytest.param(b'[{"id":"a","note":"},\n{"id":"b"}]', {1: "the file ends inside"},
                     id="missing quote before the bracket"),
        pytest.param(b'[\n{\n"id":"a,\n"status":"enabled"\n},\n{"id":"b"}]',
                     {1: "goes over the end"}, id="missing quote in a pretty-printed array"),
        pytest.param(b'[{"id":"a"},{"id" 1},{"id":"b"}]', {2: "expected `:`"}, id="bad item"),
        pytest.param(b"[\n", {1: "without the ]"}, id="nothing but a bracket"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_array_is_told_with_its_place(array: bytes, places: dict[int, str]):
    """Each mistake costs its own item, as far as the items can be told."""
    outcome = Validated(array)
    told = {one["line"]: one for one in outcome.objects(Part.REJECTED)}
    assert told.keys() == places.keys()
    for number, words in places.items():
        assert told[number]["code"] == Code.NOT_JSON
        assert words in told[number]["message"]


def test_an_item_that_is_too_long_costs_its_own_place():
    """Though it is never in memory; how it begins is kept."""
    long = a_line("long", tags={"x": "y" * MAX_LINE_BYTES})
    outcome = Validated(list(cut(b"[" + long + b"," + a_line("b") + b"]", [70_000])))
    (rejected,) = outcome.objects(Part.REJECTED)
    assert (rejected["line"], rejected["code"]) == (1, Code.LINE_TOO_LONG)
    assert outcome.numbers == [2]
    assert outcome.retry.startswith(b'[\n"{\\"id\\": \\"long\\"')
    assert len(outcome.retry) < 400


def test_an_array_whose_items_cannot_be_told_is_refused():
    """A bracket is missing, and what is behind it may be anything."""
    content = b'[{"id":"a"},{"id":"b","tags":{},' + b'{"id":"c"},' * 30_000 + b"]"
    refused = validated(list(cut(content, [65_536])), "devices.json")
    assert isinstance(refused, FileRefused)
    assert refused.code == RefusalCode.NOT_A_JSON_ARRAY
    assert "item 2 " in refused.text


def test_what_is_no_array_is_refused():
    """Whoever asks for this format gets nothing else."""
    with pytest.raises(FileRefused):
        list(JsonArray().pieces([b'{"id":"a"}']))
