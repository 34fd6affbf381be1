"""Which messages an output becomes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.functions_host.outputs import OutputRejected, messages
from emulators.functions_host.protos import TypedData


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda items: st.lists(items, max_size=3) | st.dictionaries(st.text(), items, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", ["plain"]),
        ("", [""]),
        ("[ not closed", ["[ not closed"]),
        ('"quoted"', ['"quoted"']),
        ("12", ["12"]),
        ('{"b":1,"a":[]}', ['{\n  "b": 1,\n  "a": []\n}']),
        ('["a", {"b":1}, 2, true, null]', ["a", '{\n  "b": 1\n}', "2", "True", ""]),
        (" [] ", []),
        ('["ü"]', ["ü"]),
    ],
)
def test_a_string_is_taken_for_json_if_it_looks_like_it(text, expected):
    """The ends decide; an array becomes one message per element, as .NET writes them."""
    assert [message.decode() for message in messages(TypedData(string=text))] == expected


def test_bytes_are_never_looked_at():
    """Even if they look like JSON."""
    assert list(messages(TypedData(bytes=b'["a"]'))) == [b'["a"]']


def test_a_list_from_python_comes_as_json():
    """So does what the worker makes of `func.Out[typing.List[str]]`."""
    assert list(messages(TypedData(json='["a", "b"]'))) == [b"a", b"b"]


def test_what_looks_like_json_and_is_not_fails():
    """The real host fails the invocation, too."""
    with pytest.raises(OutputRejected, match="looks like JSON and is not"):
        list(messages(TypedData(string="{surprise}")))


@given(st.dictionaries(st.text(), JSON, max_size=3))
def test_a_json_object_means_the_same_afterwards(content):
    """It is written anew, but nothing is lost."""
    (message,) = messages(TypedData(string=json.dumps(content)))
    assert json.loads(message) == content
