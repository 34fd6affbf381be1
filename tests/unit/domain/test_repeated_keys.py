"""Which lines are suspected, and what memory that takes."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import repeated_keys
from shared.domain.device_line import Order
from shared.domain.repeated_keys import RepeatedKeys, Suspects, hashes


type Lot = dict[Order, list[bytes]]

names = st.lists(st.sampled_from([b"a", b"A", b"b", b"B", b"c", b"long-id-" * 10]))


def suspects(keys: list[bytes], owners: list[bytes] | None = None) -> list[Suspects]:
    repeated = RepeatedKeys(io.BytesIO())
    for key in keys:
        repeated.add({Order.DEVICE: (key,)})
    repeated.add_owners(owners or [])
    return list(repeated.suspects())


@given(names)
def test_what_comes_twice_is_suspected_and_nothing_else(keys: list[bytes]):
    """Whatever the case of letters is."""
    lower = [key.lower() for key in keys]
    twice = {hash(key) for key in lower if lower.count(key) > 1}
    assert {number for one in suspects(keys) for number in one.repeated} == twice


@given(names, names)
def test_devices_without_a_line_are_suspected(keys: list[bytes], owners: list[bytes]):
    """Those of which only modules stand in the file."""
    alone = set(hashes(owners)) - set(hashes(keys))
    assert {number for one in suspects(keys, owners) for number in one.alone} == alone


def test_keys_are_found_across_runs(monkeypatch: pytest.MonkeyPatch):
    """Those that were written to the scratch file at different times still meet."""
    monkeypatch.setattr(repeated_keys, "RUN", 7)
    keys = [b"d%d" % number for number in range(100)]
    (found,) = suspects([*keys, b"d3", b"d99"])
    assert found.repeated == set(hashes([b"d3", b"d99"]))


def test_many_suspects_come_in_several_lots(monkeypatch: pytest.MonkeyPatch):
    """Each small enough to be looked at together; equal keys are never in two of them."""
    monkeypatch.setattr(repeated_keys, "TOGETHER", 10)
    keys = [b"d%d" % number for number in range(500)]
    lots = suspects(keys * 2)
    assert len(lots) > 10
    assert sum(len(lot.repeated) for lot in lots) == 500


def test_memory_does_not_grow_with_the_keys():
    """A run of each order is all that is kept; 8 bytes a key go to the scratch file."""
    scratch = io.BytesIO()
    repeated = RepeatedKeys(scratch)
    for number in range(20):
        repeated.add({Order.DEVICE: [b"%d-%d" % (number, one) for one in range(10_000)]})
    kept = repeated._keys[Order.DEVICE]._run  # noqa: SLF001 - what the promise is about
    assert len(kept) < repeated_keys.RUN
    assert len(scratch.getvalue()) > 1_000_000
    assert list(repeated.suspects()) == []


lots = st.lists(
    st.dictionaries(
        st.sampled_from(Order),
        st.lists(st.sampled_from([b"a", b"B", b"b", b"c", b"D", b"e", b"f"]), max_size=3),
    )
)


@given(lots, st.integers(1, 5))
def test_keys_in_order_and_in_any_other_are_told_alike(lots: list[Lot], run: int):
    """Those that are taken together may be in order, each order or all of them, or not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeated_keys, "RUN", run)
        repeated = RepeatedKeys(io.BytesIO())
        for lot in lots:
            repeated.add(lot)
        (found,) = list(repeated.suspects()) or [Suspects(frozenset(), frozenset())]
    lower = [key.lower() for lot in lots for keys in lot.values() for key in keys]
    twice = {key for key in lower if lower.count(key) > 1}
    assert found.repeated == set(hashes(twice))
    for order in Order:
        keys = [key.lower() for lot in lots for key in lot.get(order, ())]
        places = [place for place, key in enumerate(keys) if key in twice]
        assert list(repeated.places(order, found)) == places


def test_keys_that_ascend_are_not_dealt_out(monkeypatch: pytest.MonkeyPatch):
    """Nothing of them is looked at again: none can come twice."""
    repeated = RepeatedKeys(io.BytesIO())
    for start in range(0, 1000, 10):
        keys = [b"Device-%06d" % (start + number) for number in reversed(range(10))]
        repeated.add({Order.CHILD: keys[:4], Order.DEVICE: keys[4:]})
    monkeypatch.delattr(repeated_keys, "_dealt")
    assert list(repeated.suspects()) == []
