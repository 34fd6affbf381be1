"""What a timer takes for a missed run after a restart."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from emulators.functions_host.schedule import parse_schedule
from emulators.functions_host.schedule_monitor import (
    UNSET,
    ScheduleStatus,
    status_after_run,
    status_at_start,
)


HOURLY = parse_schedule("0 0 * * * *")
DAILY = parse_schedule("0 0 0 * * *")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_new_timer_has_missed_nothing():
    """It is due next time."""
    assert status_at_start(HOURLY, NOON) == ScheduleStatus(UNSET, NOON + HOUR, NOON)


def test_a_restart_in_time_changes_nothing():
    """The status is as the last run left it."""
    after_run = status_after_run(HOURLY, NOON)
    assert status_at_start(HOURLY, NOON + HOUR / 2, after_run) == after_run


def test_a_due_time_that_passed_is_a_missed_run():
    """`next` lies in the past, however long ago it was."""
    status = status_at_start(HOURLY, NOON + 100 * HOUR, status_after_run(HOURLY, NOON))
    assert status.next == NOON + HOUR


def test_a_first_run_can_be_missed_too():
    """A timer that never ran remembers since when it waits."""
    status = status_at_start(HOURLY, NOON + 2 * HOUR, status_at_start(HOURLY, NOON))
    assert (status.last, status.next) == (UNSET, NOON + HOUR)


def test_a_changed_schedule_is_not_a_missed_run():
    """The new schedule starts now, even if it would have been due meanwhile."""
    now = NOON + 100 * HOUR
    status = status_at_start(HOURLY, now, status_after_run(DAILY, NOON))
    assert status == status_at_start(HOURLY, now)


def test_a_changed_schedule_that_was_not_due_yet_goes_on():
    """It is due when it would have been, had it been so from the last run on."""
    status = status_at_start(DAILY, NOON + HOUR / 2, status_after_run(HOURLY, NOON))
    assert status.next == DAILY.next_after(NOON)


@given(*[st.datetimes(timezones=st.just(UTC))] * 3)
def test_a_status_survives_its_text(last, due, updated):
    """Reading gives what was written."""
    status = ScheduleStatus(last, due, updated)
    assert ScheduleStatus.parse(json.dumps(status.as_dict())) == status
