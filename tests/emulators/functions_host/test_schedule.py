"""When timers are due: examples from the documentation, laws, and another cron as oracle."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from emulators.functions_host.schedule import (
    FIELDS,
    NEVER,
    Crontab,
    ScheduleRejected,
    parse_schedule,
)


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone itself


@st.composite
def spans(draw, field):
    """Draw one element of a field: a value, a range or everything, with or without a step."""
    values = st.integers(field.first, field.last)
    first, last = sorted(draw(st.lists(values, min_size=2, max_size=2, unique=True)))
    span = draw(st.sampled_from(["*", str(first), f"{first}-{last}"]))
    return span + draw(st.sampled_from(["", "", "/2", "/7"]))


@st.composite
def expressions(draw):
    """Draw six fields, mostly loose ones, so that something is due soon."""
    texts = [",".join(draw(st.lists(spans(field), min_size=1, max_size=3))) for field in FIELDS]
    return " ".join(texts)


def due(text, after, count=1):
    """Return the next due times, as short texts."""
    schedule, moment = parse_schedule(text), datetime.fromisoformat(after).replace(tzinfo=UTC)
    times = []
    for _ in range(count):
        moment = schedule.next_after(moment)
        times.append(f"{moment:%Y-%m-%d %H:%M:%S}")
    return times


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("0 5 * * * *", ["2026-01-01 00:05:00", "2026-01-01 01:05:00"]),
        ("0 */5 * * * *", ["2026-01-01 00:05:00", "2026-01-01 00:10:00"]),
        ("*/15 * * * * *", ["2026-01-01 00:00:15", "2026-01-01 00:00:30"]),
        ("0 0 9-17 * * *", ["2026-01-01 09:00:00", "2026-01-01 10:00:00"]),
        ("0 30 9 * * 1-5", ["2026-01-01 09:30:00", "2026-01-02 09:30:00"]),
        ("0 30 9 * Jan Mon", ["2026-01-05 09:30:00", "2026-01-12 09:30:00"]),
        ("0 0 0 * february sunday", ["2026-02-01 00:00:00", "2026-02-08 00:00:00"]),
        ("0 0 0 * * 0,6", ["2026-01-03 00:00:00", "2026-01-04 00:00:00"]),
        ("50/5 59 23 31 12 *", ["2026-12-31 23:59:50", "2026-12-31 23:59:55"]),
        ("0 0 0 29 2 *", ["2028-02-29 00:00:00", "2032-02-29 00:00:00"]),
        ("0 0 0 29 2 Mon", ["2044-02-29 00:00:00", "2072-02-29 00:00:00"]),
        ("00:00:30", ["2026-01-01 00:00:30", "2026-01-01 00:01:00"]),
        ("1.00:00:00", ["2026-01-02 00:00:00", "2026-01-03 00:00:00"]),
    ],
)
def test_examples(text, times):
    """What the documentation shows, and what is easily got wrong."""
    assert due(text, "2026-01-01 00:00:00", count=2) == times


def test_both_days_must_match():
    """Friday the 13th; other crons would run on every Friday and on every 13th."""
    assert due("0 0 0 13 * 5", "2026-01-01", count=3) == [
        "2026-02-13 00:00:00",
        "2026-03-13 00:00:00",
        "2026-11-13 00:00:00",
    ]


def test_a_range_the_wrong_way_round_is_turned():
    """NCrontab swaps the ends."""
    assert parse_schedule("0 0 17-9 * * *") == parse_schedule("0 0 9-17 * * *")


def test_a_date_that_never_comes_is_never_due():
    """30 February: the timer waits for ever instead of failing."""
    assert parse_schedule("0 0 0 30 2 *").next_after(datetime.now(UTC)) == NEVER


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("* * * * *", "neither six NCRONTAB fields nor hh:mm:ss"),
        ("often", "neither six NCRONTAB fields nor hh:mm:ss"),
        ("", "neither six NCRONTAB fields nor hh:mm:ss"),
        ("60 * * * * *", "'60' is not a valid second field: 60 is not between 0 and 59"),
        ("* * * 0 * *", "day field: 0 is not between 1 and 31"),
        ("* * * * * 7", "day of week field: 7 is not between 0 and 6"),
        ("* * * * Foo *", "month field: 'foo' is not a number or a name"),
        ("* * * * * ,1", "day of week field: '' is not a number or a name"),
        ("*/x * * * * *", "second field: invalid literal"),
    ],
)
def test_nonsense_is_refused_with_the_reason(text, complaint):
    """The field is named."""
    with pytest.raises(ScheduleRejected, match=complaint):
        parse_schedule(text)


@pytest.mark.parametrize(
    ("text", "under_a_minute"),
    [
        ("45 * * * * *", False),
        ("0,30 * * * * *", True),
        ("* 30 * * * *", False),
        ("*/5 * * * * *", True),
        ("00:00:59", True),
        ("00:01:00", False),
    ],
)
def test_a_schedule_knows_whether_it_is_due_more_often_than_once_a_minute(text, under_a_minute):
    """The cases of the real host's own test, ShouldDisableScheduleMonitor."""
    assert parse_schedule(text).is_under_a_minute is under_a_minute


@given(st.text())
def test_no_text_is_an_unexpected_error(text):
    """Rubbish is refused, never a crash."""
    with suppress(ScheduleRejected):
        parse_schedule(text)


@given(expressions(), MOMENTS)
def test_due_is_later_and_matches(text, moment):
    """Whatever the expression: due lies in the future, on a whole second, and in all fields."""
    schedule = parse_schedule(text)
    assert isinstance(schedule, Crontab)
    next_due = schedule.next_after(moment)
    if next_due == NEVER:
        return
    assert next_due > moment
    assert next_due.microsecond == 0
    weekday = next_due.isoweekday() % 7
    parts = [next_due.second, next_due.minute, next_due.hour, next_due.day, next_due.month]
    assert all(
        part in field for part, field in zip([*parts, weekday], schedule.fields, strict=True)
    )


@given(expressions(), MOMENTS, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_nothing_is_skipped(text, moment, later):
    """Asking from any moment before a due time gives that due time."""
    schedule = parse_schedule(text)
    next_due = schedule.next_after(moment)
    if moment + later < next_due:
        assert schedule.next_after(moment + later) == next_due


@given(
    st.tuples(*(spans(field) for field in FIELDS[1:3])),
    st.one_of(
        st.tuples(spans(FIELDS[3]), spans(FIELDS[4]), st.just("*")),
        st.tuples(st.just("*"), spans(FIELDS[4]), spans(FIELDS[5])),
    ),
    MOMENTS,
)
def test_it_agrees_with_another_cron_where_the_dialects_agree(times, days, moment):
    """On whole minutes, and while only one of the two days is restricted."""
    five = " ".join([*times, *days])
    ours = parse_schedule(f"0 {five}")
    try:
        theirs = next(CronSim(five, moment.replace(tzinfo=None)))
    except StopIteration:
        assert ours.next_after(moment) == NEVER
    else:
        assert ours.next_after(moment) == theirs.replace(tzinfo=UTC)
