import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import repeated_keys
from shared.domain.device_line import Accepted, Rejected, judge_line
from shared.domain.repeated_keys import Namesakes, RepeatedKeys, Suspects
from shared.domain.rules import Code
from tests.builders import a_line


ids = st.lists(st.sampled_from(["a", "A", "b", "B", "c", "long-id-" * 10]))


def suspects(keys: list[bytes]) -> Suspects:
    repeated = RepeatedKeys(io.BytesIO())
    for key in keys:
        repeated.add((key,))
    return repeated.suspects()


def compared(ids: list[str]) -> list[tuple[int, Code, int]]:
    """Return (line, code, line of the first) of what is found about names."""
    judged = [judge_line(number, a_line(one)) for number, one in enumerate(ids, start=1)]
    keys = [line.key for line in judged if isinstance(line, Accepted)]
    namesakes = Namesakes(suspects(keys))
    told = []
    for line in (namesakes.compare(one, b"") for one in judged):
        assert isinstance(line, Accepted | Rejected)
        findings = line.findings if isinstance(line, Rejected) else line.warnings
        told += [(line.line, one.code, one.details["first"]) for one in findings if one.details]
    return told


@given(ids)
def test_repeated_devices_are_found_exactly(ids: list[str]):
    """Every line but the first of a device is rejected, and names the first."""
    expected = [
        (number, ids.index(one) + 1)
        for number, one in enumerate(ids, start=1)
        if ids.index(one) + 1 < number
    ]
    found = [(n, first) for n, code, first in compared(ids) if code is Code.DUPLICATE_DEVICE]
    assert found == expected


@given(ids)
def test_names_that_differ_by_case_are_warned_of(ids: list[str]):
    """To the hub they are two devices; each but the first of them names the first."""
    lower = [one.lower() for one in ids]
    expected = [
        (number, lower.index(one.lower()) + 1)
        for number, one in enumerate(ids, start=1)
        if ids.index(one) + 1 == number and lower.index(one.lower()) + 1 < number
    ]
    found = [(n, first) for n, code, first in compared(ids) if code is Code.IDS_DIFFER_BY_CASE]
    assert found == expected


def test_devices_are_found_across_runs(monkeypatch: pytest.MonkeyPatch):
    """Keys that were written to the scratch file at different times still meet."""
    monkeypatch.setattr(repeated_keys, "RUN", 7)
    assert compared([*(f"d{number}" for number in range(100)), "d3", "d99"]) == [
        (101, Code.DUPLICATE_DEVICE, 4),
        (102, Code.DUPLICATE_DEVICE, 100),
    ]


def test_a_hash_that_two_devices_share_is_no_duplicate():
    """A suspicion is checked against the ids themselves."""
    everything = Namesakes(Suspects(frozenset(map(hash, (b"a", b"b"))), frozenset()))
    judged = [judge_line(number, a_line(one)) for number, one in enumerate("ab", start=1)]
    assert [everything.compare(line, b"") for line in judged] == judged


def test_a_module_is_no_namesake_of_its_device():
    """A device and its modules have lines of their own."""
    lines = [a_line("d"), a_line("d", moduleId="m"), a_line("d", moduleId="n")]
    keys = [line.key for line in map(judge_line, range(3), lines) if isinstance(line, Accepted)]
    assert len(set(keys)) == 3
    assert not suspects(keys)


def test_memory_does_not_grow_with_the_keys():
    """A run is all that is kept; 8 bytes a key go to the scratch file."""
    scratch = io.BytesIO()
    repeated = RepeatedKeys(scratch)
    for number in range(20):
        repeated.add([b"%d-%d" % (number, one) for one in range(10_000)])
    assert len(repeated._keys._run) < repeated_keys.RUN  # noqa: SLF001 - what the promise is about
    assert len(scratch.getvalue()) > 1_000_000
    assert not repeated.suspects()
