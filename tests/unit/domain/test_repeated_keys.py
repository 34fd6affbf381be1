"""Which lines are suspected, and what memory that takes."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import repeated_keys
from shared.domain.repeated_keys import RepeatedKeys, Suspects, hashes


names = st.lists(st.sampled_from([b"a", b"A", b"b", b"B", b"c", b"long-id-" * 10]))


def suspects(keys: list[bytes], owners: list[bytes] | None = None) -> list[Suspects]:
    repeated = RepeatedKeys(io.BytesIO())
    for key in keys:
        repeated.add((key,))
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
    """A run is all that is kept; 8 bytes a key go to the scratch file."""
    scratch = io.BytesIO()
    repeated = RepeatedKeys(scratch)
    for number in range(20):
        repeated.add([b"%d-%d" % (number, one) for one in range(10_000)])
    kept = repeated._keys._dealt  # noqa: SLF001 - what the promise is about
    assert sum(len(part) for part in kept) < repeated_keys.RUN
    assert len(scratch.getvalue()) > 1_000_000
    assert list(repeated.suspects()) == []
