"""A timer's life, with a monitor in memory and a function that is only counted."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import AzureError

from emulators.functions_host.schedule import Interval, parse_schedule
from emulators.functions_host.schedule_monitor import ScheduleStatus
from emulators.functions_host.timer_trigger import TimerTrigger


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOURLY = Interval(timedelta(hours=1))
OFTEN = Interval(timedelta(milliseconds=20))


class FakeMonitor:
    """Remembers a status, or fails to."""

    def __init__(self, status=None, *, broken=False):
        self.status = status
        self.broken = broken

    def read(self):
        return self.status

    def write(self, status):
        if self.broken:
            raise AzureError(message="storage is down")
        self.status = status


class FakeInvoker:
    """Keeps what the function is invoked with; sets an event at the last time."""

    def __init__(self, times, seconds=0.0):
        self.stop = asyncio.Event()
        self.runs = []
        self.running = 0
        self._times = times
        self._seconds = seconds

    async def invoke(self, _function, _cause, data, _metadata):
        assert not self.running, "two runs at a time"
        self.running += 1
        self.runs.append(json.loads(data.value))
        await asyncio.sleep(self._seconds)
        self.running -= 1
        if len(self.runs) == self._times:
            self.stop.set()
        return False


def a_timer(schedule, invoker, monitor=None, *, run_on_startup=False):
    return TimerTrigger(
        function="timed",
        schedule=schedule,
        monitor=monitor,
        run_on_startup=run_on_startup,
        invoker=invoker,
    )


def run(schedule, invoker, monitor=None, *, run_on_startup=False):
    """Run a timer until its function was invoked so many times."""
    timer = a_timer(schedule, invoker, monitor, run_on_startup=run_on_startup)
    asyncio.run(asyncio.wait_for(timer.run(invoker.stop), 20))
    return invoker.runs


def missed_status(schedule=HOURLY):
    return ScheduleStatus(LONG_AGO, schedule.next_after(LONG_AGO), LONG_AGO)


def test_a_missed_run_comes_at_once_with_past_due():
    """The function sees when it should have run."""
    (said,) = run(HOURLY, FakeInvoker(times=1), FakeMonitor(missed_status()))
    assert said == {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": {
            "Last": "2020-01-01T00:00:00+00:00",
            "Next": "2020-01-01T01:00:00+00:00",
            "LastUpdated": "2020-01-01T00:00:00+00:00",
        },
        "IsPastDue": True,
    }


def test_after_a_missed_run_the_timer_is_up_to_date():
    """It does not run once for each time that it missed."""
    monitor = FakeMonitor(missed_status())
    run(HOURLY, FakeInvoker(times=1), monitor)
    assert monitor.status.next > datetime.now(UTC)


def test_run_on_startup_is_not_past_due():
    """It runs at once, however far away the next time is."""
    (said,) = run(HOURLY, FakeInvoker(times=1), FakeMonitor(), run_on_startup=True)
    assert said["IsPastDue"] is False


def test_a_missed_run_is_enough_at_startup():
    """Not one more for `run_on_startup`."""
    monitor = FakeMonitor(missed_status(OFTEN))
    runs = run(OFTEN, FakeInvoker(times=2), monitor, run_on_startup=True)
    assert [said["IsPastDue"] for said in runs] == [True, False]


def test_without_monitor_nothing_is_missed_and_nothing_is_told():
    """As with `use_monitor=False`, or a schedule of seconds."""
    (said,) = run(OFTEN, FakeInvoker(times=1))
    assert (said["IsPastDue"], said["ScheduleStatus"]) == (False, None)


def test_runs_never_overlap_and_do_not_pile_up():
    """A function that takes longer than its interval runs back to back."""
    assert len(run(OFTEN, FakeInvoker(times=3, seconds=0.1))) == 3


def test_a_status_that_cannot_be_kept_does_not_stop_the_timer():
    """The real host does its best, too."""
    assert len(run(OFTEN, FakeInvoker(times=2), FakeMonitor(broken=True))) == 2


def test_a_timer_that_is_never_due_can_be_stopped():
    """It waits without counting seconds."""

    async def stop_at_once():
        invoker = FakeInvoker(times=1)
        asyncio.get_running_loop().call_soon(invoker.stop.set)
        await a_timer(parse_schedule("0 0 0 30 2 *"), invoker).run(invoker.stop)
        return invoker.runs

    assert asyncio.run(asyncio.wait_for(stop_at_once(), 20)) == []
