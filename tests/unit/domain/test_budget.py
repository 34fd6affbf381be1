from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.budget import SECONDS, Budget
from tests.fakes.clock import NEW_YEAR


RATE = 100

waits = st.floats(0, 90, allow_nan=False)
wishes = st.integers(1, 150)


@given(st.lists(st.tuples(waits, wishes), max_size=60))
def test_no_minute_ever_sees_more_than_the_rate(steps: list[tuple[float, int]]):
    """Wherever the minute begins, and whatever is asked for."""
    budget, now = Budget(), NEW_YEAR
    taken = []
    for wait, wish in steps:
        now += timedelta(seconds=wait)
        budget, count = budget.take(now, RATE, wish)
        assert count <= wish
        taken.append((now, count))
    for end, _ in taken:
        begin = end - timedelta(seconds=SECONDS)
        assert sum(count for at, count in taken if begin < at <= end) <= RATE


@given(st.lists(st.tuples(waits, wishes), max_size=60))
def test_a_minute_after_the_last_call_all_is_there_again(steps: list[tuple[float, int]]):
    """Nothing is lost for good; a second at most, for whole seconds are kept."""
    budget, now = Budget(), NEW_YEAR
    for wait, wish in steps:
        now += timedelta(seconds=wait)
        budget, _ = budget.take(now, RATE, wish)
    _, count = budget.take(now + timedelta(seconds=SECONDS + 1), RATE, RATE)
    assert count == RATE


@given(st.lists(st.tuples(waits, wishes), max_size=200))
def test_a_budget_stays_small(steps: list[tuple[float, int]]):
    """One entry for each second of a minute at most, however many calls there were."""
    budget, now = Budget(), NEW_YEAR
    for wait, wish in steps:
        now += timedelta(seconds=wait / 90)
        budget, _ = budget.take(now, 100_000, wish)
    assert len(budget.spent) <= SECONDS + 1


def test_what_is_left_is_given_unless_it_is_too_little():
    """A call can be made smaller; what must be whole waits."""
    budget, count = Budget().take(NEW_YEAR, RATE, 99)
    assert count == 99
    assert budget.take(NEW_YEAR, RATE, 2, least=2) == (budget, 0)
    assert budget.take(NEW_YEAR, RATE, 2)[1] == 1


def test_a_closed_budget_gives_nothing_for_a_while():
    """The hub said that it takes no more; its own words say how long."""
    budget = Budget().closed(NEW_YEAR, timedelta(seconds=10))
    assert budget.take(NEW_YEAR + timedelta(seconds=9), RATE, 1)[1] == 0
    assert budget.take(NEW_YEAR + timedelta(seconds=10), RATE, 1)[1] == 1


def test_a_clock_that_runs_behind_takes_no_more():
    """Two workers' clocks differ: what one spent counts for the other, too."""
    ahead, _ = Budget().take(NEW_YEAR + timedelta(seconds=5), RATE, 60)
    both, count = ahead.take(NEW_YEAR, RATE, 60)
    assert count == 40
    assert sum(spending.operations for spending in both.spent) == RATE


def test_a_budget_survives_being_stored():
    """It is a document."""
    budget, _ = Budget().take(NEW_YEAR, RATE, 60)
    assert Budget.model_validate(budget.model_dump(mode="json")) == budget
