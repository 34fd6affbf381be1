import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.device_line import Accepted, judge_line
from shared.domain.pattern_set import (
    LINES_A_LESSON,
    MAX_BYTES,
    MAX_LESSONS,
    MAX_PATTERNS,
    PatternSet,
)
from tests.builders import a_file, a_line


def taught(*lines: bytes, times: int = LINES_A_LESSON) -> PatternSet:
    """Return what was learned of some lines, each of them shown so often."""
    patterns = PatternSet()
    for line in lines:
        for _ in range(times):
            teach(patterns, line)
    return patterns


def teach(patterns: PatternSet, line: bytes) -> None:
    judged = judge_line(1, line)
    assert isinstance(judged, Accepted)
    patterns.teach(line, judged)


def keys(patterns: PatternSet, *lines: bytes) -> list[bytes]:
    fits = patterns.fits(a_file(*lines))
    assert fits
    return list(fits.keys)


def of_shape(number: int) -> bytes:
    """Return a line that has another look for each number."""
    return a_line(tags={f"n{number}": "x"})


def test_nothing_fits_while_nothing_is_learned():
    """Every line is for the schema."""
    assert PatternSet().fits(a_file(a_line())) is None


def test_a_look_is_learned_when_it_came_some_times():
    """One line in so many that fitted nothing becomes a pattern."""
    patterns = taught(a_line("a"), times=LINES_A_LESSON - 1)
    assert patterns.fits(a_file(a_line())) is None
    teach(patterns, a_line("b"))
    assert keys(patterns, a_line("c"), a_line("d", tags={})) == [b"c", b""]


def test_each_line_is_told_with_the_pattern_that_it_fits():
    """A mark of the pattern stands at the place of the line, and nowhere else."""
    patterns = taught(a_line("a"), a_line("b", importMode="delete"))
    fits = patterns.fits(a_file(a_line("x"), b"{}", a_line("y", importMode="delete"), b""))
    assert fits
    assert fits.keys == [b"x", b"", b"y", b""]
    places = {one.traits.mode: list(map(bool, marks)) for one, marks in fits.marks}
    assert places == {"createOrUpdate": [1, 0, 0, 0], "delete": [0, 0, 1, 0]}


lines = st.sampled_from(
    [
        *(a_line("a"), a_line("b", tags={"n": 1}), a_line("c", tags={"n": "é"}), a_line("#")),
        *(b"", b"\r", b"{}", b"\xff", b'{"id": "\xff", "status": "enabled"}', "\u2028".encode()),
        *(a_line("d", tags={"n": "x" * 5000}), b"x" * 300_000, b" " + a_line("e")),
    ]
)


@given(st.lists(lines, min_size=1, max_size=30))
def test_a_line_fits_whatever_stands_around_it(some: list[bytes]):
    """There is a key for each line of a block, the same as for a block of that line alone."""
    patterns = taught(a_line("x"), a_line("x", tags={"n": 7}), a_line("x", tags={"n": "t"}))
    assert keys(patterns, *some) == [keys(patterns, line)[0] for line in some]


def test_what_is_no_utf_8_fits_nothing():
    """And does no harm to the lines around it."""
    patterns = taught(a_line("a", tags={"n": "x"}))
    good = json.dumps({"id": "b", "status": "enabled", "tags": {"n": "é"}}, ensure_ascii=False)
    bad = good.encode("latin-1")
    assert keys(patterns, good.encode(), bad, good.encode()) == [b"b", b"", b"b"]


def test_members_may_be_sorted_by_name():
    """Keys come before the id then."""
    both = {"primaryKey": "A" * 43 + "=", "secondaryKey": "B" * 43 + "="}
    line = json.dumps(
        {"authentication": {"symmetricKey": both}, "id": "a", "status": "enabled"}
    ).encode()
    assert keys(taught(line, of_shape(1)), line, of_shape(2), of_shape(1)) == [b"a", b"", b"d1"]


def test_patterns_that_begin_alike_are_told_apart():
    """What they have in common is looked at once, wherever they part."""
    looks = [
        a_line("a", importMode=mode, **members)
        for mode in ("create", "update")
        for members in ({}, {"tags": {"n": 1}}, {"tags": {"n": "x"}}, {"statusReason": "x"})
    ]
    fits = taught(*looks).fits(a_file(*reversed(looks)))
    assert fits
    assert fits.keys == [b"a"] * len(looks)
    for place, (_, marks) in enumerate(fits.marks):
        expected = [line == place for line in range(len(looks))]
        assert [bool(mark) for mark in reversed(marks)] == expected


def test_alike_lines_cost_one_lesson():
    """However many of them come before the pattern is used."""
    patterns = taught(a_line("a"), times=LINES_A_LESSON * (MAX_LESSONS + 1))
    assert len(patterns.patterns) == 1
    assert patterns.may_learn


def test_no_more_is_learned_than_pays():
    """Each pattern costs time on every line that does not fit it."""
    patterns = taught(*map(of_shape, range(MAX_PATTERNS + 5)))
    assert len(patterns.patterns) == MAX_PATTERNS
    assert not patterns.may_learn


def test_lessons_in_vain_come_to_an_end():
    """Lines that are good and no pattern can be made of."""
    patterns = taught(a_line(moduleId="m"), times=LINES_A_LESSON * MAX_LESSONS)
    assert not patterns.patterns
    assert not patterns.may_learn


@pytest.mark.parametrize("members", [80, 120, 200])
def test_large_patterns_are_fewer(members: int):
    """To compile all of them takes a part of a second, and no more memory than is said."""
    patterns = taught(
        *(a_line(tags={f"n{one}-{two}": 1 for two in range(members)}) for one in range(20))
    )
    sizes = [len(pattern.expression) for pattern in patterns.patterns]
    assert 1 < len(sizes) < MAX_PATTERNS
    assert sum(sizes[:-1]) < MAX_BYTES
