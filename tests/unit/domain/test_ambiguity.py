import json
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.ambiguity import ambiguities
from shared.domain.device_identity import DeviceIdentity
from shared.domain.rules import Code


def found(text: str) -> list[tuple[str, Code]]:
    """Return field and code of what is ambiguous in an object."""
    device = cast("DeviceIdentity", json.loads(text))
    return [(one.field, one.code) for one in ambiguities(text.encode(), device)]


#: Few of each, so that some stand together with others often enough.
blanks = st.sampled_from(["", "", " ", "\t", "\r"])
names = st.sampled_from(["a", "b", "c", ":", "\\u0061"])
scalars = st.sampled_from(["1", "-5e3", "true", "null", '"x"', '":"', '"\\":"', '"NaN"', "NaN"])


@st.composite
def objects(draw: st.DrawFn, depth: int = 2) -> str:
    """Return an object with blanks around its colons, whose names may come again."""
    pairs = st.tuples(names, blanks, blanks, values(depth))
    members = [
        f'"{name}"{before}:{after}{value}'
        for name, before, after, value in draw(st.lists(pairs, max_size=4))
    ]
    return f"{{{','.join(members)}}}"


def values(depth: int) -> st.SearchStrategy[str]:
    if not depth:
        return scalars
    arrays = st.lists(st.deferred(lambda: values(depth - 1)), max_size=3)
    return scalars | objects(depth - 1) | arrays.map(lambda items: f"[{', '.join(items)}]")


@given(objects())
def test_all_that_readers_differ_in_is_found(text: str):
    """Exactly the objects with a name that comes again, and the words that are no numbers."""
    members: list[list[str]] = []
    words: list[str] = []
    json.loads(
        text,
        object_pairs_hook=lambda pairs: members.append([name for name, _ in pairs]),
        parse_constant=words.append,
    )
    codes = [code for _, code in found(text)]
    assert codes.count(Code.DUPLICATE_FIELD) == sum(len(set(one)) < len(one) for one in members)
    assert codes.count(Code.NOT_JSON) == len(words)


@pytest.mark.parametrize(
    "text",
    [
        '{"id":"a","id":"b","status" :"enabled"}',
        '{"id":"a","status":"enabled","tags"\t:{"id":1,"id":2}}',
        '{"a":{"id":"a","i\\u0064":"b"}}',
        '{"a":[[{"id":1,"id":2}]]}',
        '{"a":":","id":1,"id":2,"b" :1}',
    ],
)
def test_a_name_that_comes_again_is_told(text: str):
    """However it is spelled, and whatever blanks stand around the others."""
    assert found(text) == [("id", Code.DUPLICATE_FIELD)]


@pytest.mark.parametrize(
    "text",
    [
        '{"id":"a","tags":{"id":"a"}}',
        '{"id":"NaN","tags":{"Infinity":"-Infinity"}}',
        '{"a":"\\"id\\":1,\\"id\\":2"}',
        '{"a":{"b":1},"c":{"b":1}}',
        f'{{"a":{"9" * 5000}}}',
    ],
)
def test_what_only_looks_so_is_nothing(text: str):
    """The same name in two objects, words in texts, and numbers of any length."""
    device = cast("DeviceIdentity", json.loads(text, parse_int=str))
    assert not ambiguities(text.encode(), device)
