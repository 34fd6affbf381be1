import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.iot_hub.errors import HubError
from emulators.iot_hub.twin_document import checked, merged


KEYS = st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=5)
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**51), 2**51) | st.text(max_size=5),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=4)


def nested(levels):
    """Return an object with so many objects inside each other."""
    return {"a": nested(levels - 1)} if levels else {"property": "value"}


def refusal(section, document):
    with pytest.raises(HubError) as caught:
        checked(section, document)
    return caught.value.text


@pytest.mark.parametrize(
    "document",
    [
        {},
        nested(10),
        {"": 1, "ключ": "значение"},
        {"list": [1, "two", {"three": 3}]},
        {"int": 2**52 - 1, "other": -(2**52) + 1, "float": 1e300},
        {"s": "x" * 4096},
        {"k" * 1024: True},
        {"a": "x" * 4095, "b": "x" * 4095},
        {"controls": "\x01" * 4000, "do": "\x01" * 4000, "not": "\x01" * 4000},
    ],
)
def test_what_tags_may_hold(document):
    """At the edge of each limit; control characters in strings cost nothing."""
    assert checked("tags", document) == document


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (nested(11), "10 levels deep"),
        ({"a": None}, "null"),
        ({"a": [1, None]}, "null"),
        ({"a": {"b": [{"c": None}]}}, "null"),
        ({"a": 2**52}, "out of range"),
        ({"a": -(2**52)}, "out of range"),
        ({"a": json.loads("1e999")}, "out of range"),
        ({"s": "x" * 4097}, "4096 bytes"),
        ({"s": "ä" * 2049}, "4096 bytes"),
        ({"k" * 1025: 1}, "1024 bytes"),
        *(({key: 1}, "not allowed") for key in ("a.b", "$a", "a b", "a#", "\x01", "\x85")),
        ({"a": "x" * 4096, "b": "x" * 4095}, "8192 bytes"),
    ],
)
def test_what_tags_may_not_hold(document, words):
    """Just beyond the edge."""
    assert words in refusal("tags", document)


def test_desired_properties_have_more_room_than_tags():
    """32 KB; numbers count 8 and booleans 4, whatever their text."""
    many = {f"{number:08}": 1e-300 for number in range(2048)}
    assert checked("desired", many) == many
    assert "32768 bytes" in refusal("desired", many | {"x": True})


def test_what_the_hub_added_may_come_back():
    """A twin that was read can be sent again."""
    assert checked("desired", {"$version": 1, "$metadata": {"$x": None}, "a": 1}) == {"a": 1}


@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"c": 2}}),
        ({"a": {"b": 1}}, {"a": {"b": None}}, {"a": {}}),
        ({"a": {"b": 1}}, {"a": None}, {}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({"a": 1}, {"b": {}}, {"a": 1, "b": {}}),
        ({"a": 1}, {"$version": 3, "a": 2}, {"a": 2}),
    ],
)
def test_a_patch_merges(before, patch, after):
    """As seen on a live hub."""
    assert merged("tags", json.dumps(before), patch) == after


def test_a_patch_cannot_bring_null_in_a_list():
    """Null removes what it names; in a list it names nothing."""
    with pytest.raises(HubError):
        merged("tags", "{}", {"a": [None]})


@given(DOCUMENTS, DOCUMENTS)
def test_a_patch_applied_twice_is_a_patch_applied_once(before, patch):
    """And what it sets is there afterwards."""
    once = merged("desired", json.dumps(before), patch)
    assert merged("desired", json.dumps(once), patch) == once
    assert set(patch) <= set(once)


@given(DOCUMENTS)
def test_removing_every_key_leaves_nothing(before):
    """A patch of nulls empties a section."""
    assert merged("desired", json.dumps(before), dict.fromkeys(before)) == {}
