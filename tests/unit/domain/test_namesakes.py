"""Lines that name the same device: what is said of them, and what is left in the parts."""

import io
import json
import tracemalloc
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import repeated_keys
from shared.domain.device_line import Order
from shared.domain.formats.ndjson import Ndjson
from shared.domain.line_spans import spans_of
from shared.domain.namesakes import Repeats
from shared.domain.parts import Part
from shared.domain.rules import Code
from shared.domain.tally import Tally
from shared.domain.telling import WARNINGS
from shared.domain.validation import validate
from tests.builders import a_line
from tests.fakes.files import FakeParts


names = st.lists(st.sampled_from(["a", "A", "b", "B", "c", "long-id-" * 10]), max_size=60)
CHILD = {"deviceScope": "ms-azure-iot-edge://parent-1"}


def validated(*lines: bytes) -> tuple[Tally, FakeParts]:
    form, parts = Ndjson(), FakeParts()
    pieces = form.pieces(line + b"\n" for line in lines)
    return validate(pieces, form, parts, io.BytesIO()), parts


def told(parts: FakeParts, part: Part, code: Code) -> list[tuple[int, str]]:
    """Return line and message of what is told under a code."""
    found = map(json.loads, b"".join(parts.read(part)).splitlines())
    return [(one["line"], one["message"]) for one in found if one["code"] == code]


@given(names)
def test_every_line_but_the_first_of_a_device_is_rejected(ids: list[str]):
    """It names the first, and the parts hold exactly the others, in their order."""
    tally, parts = validated(*map(a_line, ids))
    repeats = [
        (number, ids.index(one) + 1)
        for number, one in enumerate(ids, start=1)
        if ids.index(one) + 1 < number
    ]
    rejected = told(parts, Part.REJECTED, Code.DUPLICATE_DEVICE)
    assert [line for line, _ in rejected] == [line for line, _ in repeats]
    assert all(
        f"line {first} " in said for (_, said), (_, first) in zip(rejected, repeats, strict=True)
    )
    kept = [number for number, one in enumerate(ids, start=1) if ids.index(one) + 1 == number]
    assert list(array("I", b"".join(parts.read(Part.NUMBERS)))) == kept
    assert b"".join(parts.read(Part.DEVICES)).splitlines() == [a_line(ids[n - 1]) for n in kept]
    assert (tally.accepted, tally.rejected) == (len(kept), len(repeats))
    assert sum(tally.traits.values()) == tally.accepted
    assert tally.bytes[Order.DEVICE] == len(b"".join(parts.read(Part.DEVICES)))


@given(names)
def test_names_that_differ_by_case_are_warned_of(ids: list[str]):
    """To the hub they are two devices; each but the first of them names the first."""
    _, parts = validated(*map(a_line, ids))
    lower = [one.lower() for one in ids]
    expected = {
        (number, lower.index(one.lower()) + 1)
        for number, one in enumerate(ids, start=1)
        if ids.index(one) + 1 == number and lower.index(one.lower()) + 1 < number
    }
    found = told(parts, Part.WARNINGS, Code.IDS_DIFFER_BY_CASE)
    assert {line for line, _ in found} == {line for line, _ in expected}
    assert len(found) == len(expected)


def test_a_device_may_not_stand_in_two_orders():
    """Which of its lines is the first is told by their places in the file."""
    tally, parts = validated(a_line("d", **CHILD), a_line("e"), a_line("d"))
    assert told(parts, Part.REJECTED, Code.DUPLICATE_DEVICE)[0][0] == 3
    assert b"".join(parts.read(Part.DEVICES)).splitlines() == [a_line("e"), a_line("d", **CHILD)]
    assert tally.lines == {Order.DEVICE: 1, Order.CHILD: 1}


@given(lines=st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans()), max_size=40))
def test_as_many_looks_as_needed_find_the_same(lines: list[tuple[str, bool]]):
    """Few suspects are looked at together; their lines may go to the hub in several orders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeated_keys, "TOGETHER", 1)
        _, parts = validated(*(a_line(one, **(CHILD if child else {})) for one, child in lines))
    ids = [one for one, _ in lines]
    rejected = [line for line, _ in told(parts, Part.REJECTED, Code.DUPLICATE_DEVICE)]
    assert rejected == [n for n, one in enumerate(ids, 1) if ids.index(one) + 1 < n]


def test_warnings_are_counted_beyond_those_that_are_told():
    """However many there are, what is kept of them is bounded."""
    count = WARNINGS + 1
    ids = (name for number in range(count) for name in (f"d-{number}", f"D-{number}"))
    tally, parts = validated(*(a_line(one, importMode="create") for one in ids))
    assert tally.found == {Code.IDS_DIFFER_BY_CASE: count}
    assert len(told(parts, Part.WARNINGS, Code.IDS_DIFFER_BY_CASE)) == WARNINGS


def test_repeats_take_eight_bytes_each():
    """A file can repeat one device in all of its lines."""
    repeats = Repeats()
    tracemalloc.start()
    repeats.add(Order.DEVICE, ((number, 1) for number in range(2, 100_002)))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 10 * 100_000
    assert sum(1 for _ in repeats.of(Order.DEVICE)) == 100_000


def test_rejections_stay_in_the_order_of_the_file():
    """Those that a line earns by itself, and those that it earns by comparison."""
    _, parts = validated(a_line("a"), b"x", a_line("a"), b"y", a_line("a"), b"z")
    found = map(json.loads, b"".join(parts.read(Part.REJECTED)).splitlines())
    assert [one["line"] for one in found] == [2, 3, 4, 5, 6]
    rows = b"".join(parts.read(Part.REJECTED_CSV)).decode().splitlines()
    assert [row.partition(",")[0] for row in rows] == ["line", "2", "3", "4", "5", "6"]
    entries = b"".join(parts.read(Part.ENTRIES)).split(b"\n")
    assert sorted(entries) == sorted([b"x", b"y", b"z", a_line("a"), a_line("a")])


def test_a_module_is_no_namesake_of_its_device():
    """A device and its modules have lines of their own."""
    tally, _ = validated(a_line("d"), a_line("d", moduleId="m"), a_line("d", moduleId="n"))
    assert (tally.accepted, tally.rejected) == (3, 0)


def test_a_module_whose_device_has_no_line_is_warned_of():
    """The hub must have the device already."""
    _, parts = validated(a_line("d"), a_line("d", moduleId="m"), a_line("e", moduleId="m"))
    assert [line for line, _ in told(parts, Part.WARNINGS, Code.MODULE_ALONE)] == [3]


def test_a_hash_that_two_devices_share_is_no_repetition(monkeypatch: pytest.MonkeyPatch):
    """A suspicion is checked against the keys themselves."""
    monkeypatch.setattr(repeated_keys, "hash", lambda _: 7, raising=False)
    tally, parts = validated(*(a_line(one, importMode="create") for one in "bac"))
    assert (tally.accepted, tally.rejected, tally.found) == (3, 0, {})
    assert list(array("I", b"".join(parts.read(Part.NUMBERS)))) == [1, 2, 3]


@given(st.sets(st.integers(0, 40)), st.lists(st.text("xy\x85", max_size=3), min_size=41))
def test_lines_are_found_by_their_places(places: set[int], lines: list[str]):
    """Whatever they hold; the first one is 0."""
    text = "".join(f"{line}\n" for line in lines).encode()
    found = [text[start:end].decode() for start, end in spans_of(text, sorted(places))]
    assert found == [lines[place] for place in sorted(places)]
