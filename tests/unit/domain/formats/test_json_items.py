"""An array is cut into items as a JSON parser would, whatever stands in it."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.device_line import MAX_LINE_BYTES
from shared.domain.formats.json_items import ArrayItems, Item, one_line
from tests.unit.domain.formats.reading import cut, cuts
from tests.unit.domain.formats.written import styles


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('a"\\{}[],:\n\té', max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.text('a"{]', max_size=3), inside)
    ),
    max_leaves=8,
)


def items_of(content: bytes, sizes: Sequence[int], size: int) -> list[bytes | Item]:
    """Return all items of an array, those of a run as bytes."""
    items = ArrayItems(cut(content, sizes))
    assert items.begin()
    found: list[bytes | Item] = []
    while True:
        if run := items.run(size):
            found += run
            continue
        item = items.next_item()
        found.append(item)
        if not item.before or item.before == b"]":
            assert items.rest() == b""
            return found


@given(st.lists(_values, min_size=1), styles, cuts, st.integers(1, 500))
def test_items_are_those_of_a_parser(
    values: Sequence[Any], style: Any, sizes: Sequence[int], size: int
):
    """Of any value, in any style, in runs of any size."""
    found = items_of(json.dumps(values, **style).encode(), sizes, size)
    texts = [item.text if isinstance(item, Item) else item for item in found]
    assert [json.loads(text) for text in texts] == values
    assert all(item.closed and not item.torn for item in found if isinstance(item, Item))


@given(_values, styles)
def test_an_item_on_one_line_means_the_same(value: Any, style: Any):
    """No text of JSON has a line end, so no value changes."""
    text = one_line(json.dumps(value, **style).encode())
    assert json.loads(text) == value
    assert b"\n" not in text
    assert b"\r" not in text


@pytest.mark.parametrize("depth", [1, 13, 14, 15, 16, 100, 1000])
def test_items_may_nest_to_any_depth(depth: int):
    """Deeper than one regular expression goes, too; whoever parses them has limits."""
    text = b"[" * depth + b"]" * depth
    found = items_of(b"[" + text + b"," + text + b"]", [30], 10)
    assert [item.text for item in found if isinstance(item, Item)] == [text, text]


@pytest.mark.parametrize("spare", [0, 1])
def test_an_item_has_a_limit(spare: int):
    """One byte more, and it is too long; the next item is as it should be."""
    item = b'{"a":"' + b"x" * (MAX_LINE_BYTES + spare - 8) + b'"}'
    long, last = items_of(b"[ " + item + b' ,{"b":1}]', [70_000], 10)
    assert isinstance(long, Item)
    assert long.long == bool(spare)
    assert long.text == item
    assert isinstance(last, Item)
    assert last.text == b'{"b":1}'


@pytest.mark.parametrize(
    ("array", "item"),
    [
        (b'[{"a":1}{', Item(b'{"a":1}', long=False, before=b"{", closed=True, torn=False)),
        (b"[1 [", Item(b"1", long=False, before=b"[", closed=True, torn=False)),
        (b'[{"a', Item(b'{"a', long=False, before=b"", closed=False, torn=True)),
        (b'["a', Item(b'"a', long=False, before=b"", closed=False, torn=True)),
        (b'["a\\', Item(b'"a\\', long=False, before=b"", closed=False, torn=True)),
        (b'["a\n",1]', Item(b'"a\n",1]', long=False, before=b"", closed=False, torn=True)),
        (b'["a\r,1]', Item(b'"a', long=False, before=b",", closed=True, torn=True)),
        (b"[}]", Item(b"}", long=False, before=b"]", closed=True, torn=False)),
        (b"[[}, 1]", Item(b"[}", long=False, before=b",", closed=True, torn=False)),
        (b"[,", Item(b"", long=False, before=b",", closed=True, torn=False)),
        (b"[", Item(b"", long=False, before=b"", closed=True, torn=False)),
    ],
)
def test_what_is_broken_is_told(array: bytes, item: Item):
    """What stands there, what comes behind, and whether it has an end."""
    for size in (1, 100):
        items = ArrayItems(cut(array, [size]))
        assert items.begin()
        assert items.run(100) == []
        assert items.next_item() == item
