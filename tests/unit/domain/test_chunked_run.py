"""A service that refuses calls whole, and how many calls it takes to find out why."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.chunked_run import ChunkedRun, Phase
from shared.domain.job import JobStatus
from tests.fakes.clock import NEW_YEAR


def a_run(lines: int, most: int = 500) -> ChunkedRun:
    return ChunkedRun(lines=lines, status=JobStatus.RUNNING).begins(most)


def through(run: ChunkedRun, bad: frozenset[int]) -> tuple[ChunkedRun, list[tuple[int, ...]]]:
    """Send everything to a service that refuses calls with a bad line; return what was sent."""
    calls = []
    while run.phase is Phase.SEND:
        calls.append(run.current)
        run = run.refused("Bad", "it is bad") if bad & {*run.current} else run.answered()
    return run, calls


@st.composite
def chunks(draw: st.DrawFn) -> tuple[int, frozenset[int]]:
    size = draw(st.integers(1, 500))
    return size, draw(st.frozensets(st.integers(0, size - 1), max_size=12))


@given(chunks())
def test_every_bad_line_is_found_and_every_good_one_sent_once(chunk):
    """In the order of the file, and nothing is said of good lines."""
    size, bad = chunk
    run, calls = through(a_run(size), bad)
    assert [one.line for one in run.said] == sorted(bad)
    good = [line for call in calls if not bad & {*call} for line in call]
    assert good == [line for line in range(size) if line not in bad]


@given(chunks())
def test_a_bad_line_costs_no_more_than_twice_the_depth(chunk):
    """2·log2(n) calls more than the one that a good chunk takes."""
    size, bad = chunk
    _, calls = through(a_run(size), bad)
    assert len(calls) <= 1 + len(bad) * 2 * math.ceil(math.log2(size))


@given(chunks())
def test_what_was_refused_is_not_asked_for(chunk):
    """The check leaves out the bad lines, for it would be refused as well."""
    size, bad = chunk
    run, _ = through(a_run(size), bad)
    assert run.current == tuple(line for line in range(size) if line not in bad)


@given(chunks(), st.integers(0, 40))
def test_a_run_goes_on_from_what_was_stored(chunk, after: int):
    """Through JSON and back, at any call, nothing is forgotten."""
    size, bad = chunk
    run = a_run(size)
    for _ in range(after):
        if run.phase is Phase.SEND:
            run = run.refused("Bad", "it is bad") if bad & {*run.current} else run.answered()
    again = ChunkedRun.model_validate_json(run.model_dump_json())
    assert again == run
    assert through(again, bad) == through(run, bad)


def test_chunks_follow_one_another_until_the_file_is_through():
    """The last one is what is left."""
    run, sizes = ChunkedRun(lines=5, status=JobStatus.RUNNING), []
    while run.status is JobStatus.RUNNING:
        run = run.begins(2).answered().answered()
        sizes.append(run.size)
        run = run.settled(10 * run.size)
    assert (sizes, run.bytes_settled, run.chunks_settled) == ([2, 2, 1], 50, 3)
    assert run.status is JobStatus.COMPLETED


def test_a_run_is_fresh_until_a_call_was_answered_or_is_in_doubt():
    """A refusal of everything then ends the run; later it only ends a call."""
    run = a_run(4)
    assert run.is_fresh
    assert not run.put_off(NEW_YEAR, in_doubt=True).is_fresh
    assert not run.refused("Bad", "it is bad").is_fresh
    assert not run.answered().is_fresh
    assert not run.answered().answered().settled(9).begins(1).is_fresh


def test_who_is_turned_away_at_first_has_failed():
    """Later on only the lines of that call have, for others are done."""
    first = a_run(4, most=2)
    assert first.turned_away("Forbidden", "no right").status is JobStatus.FAILED
    second = first.answered().answered().settled(9).begins(2).turned_away("Forbidden", "no right")
    assert second.status is JobStatus.RUNNING
    assert [one.line for one in second.said] == [0, 1]


def test_a_call_that_is_put_off_waits():
    """Twice as long each time; an answer begins anew."""
    run = a_run(4)
    waits = []
    for _ in range(8):
        waits.append(run.back_off())
        run = run.put_off(NEW_YEAR + run.back_off())
    assert waits[:3] == [timedelta(seconds=seconds) for seconds in (15, 30, 60)]
    assert waits[-1] == timedelta(minutes=15)
    assert not run.may_go_on(NEW_YEAR)
    assert run.may_go_on(NEW_YEAR + timedelta(minutes=15))
    assert run.answered().may_go_on(NEW_YEAR)


@pytest.mark.parametrize("status", [None, JobStatus.COMPLETED, JobStatus.FAILED])
def test_only_a_run_that_was_started_makes_calls(status: JobStatus | None):
    """Neither before nor after."""
    assert not ChunkedRun(lines=1, status=status).may_go_on(NEW_YEAR)
