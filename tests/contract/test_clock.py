"""What a clock promises: the fake, which a test moves, and this machine's."""

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest

from shared.adapters.system_clock import SystemClock
from shared.ports import Clock
from tests.fakes.clock import FakeClock
from tests.waiting import until


type Pass = Callable[[], object]


@pytest.fixture(params=["fake", "system"])
def passing(request: Any) -> tuple[Clock, Pass]:
    """A clock, and what lets time pass."""
    if request.param == "fake":
        fake = FakeClock()
        return fake, lambda: fake.move(seconds=0.1)
    clock = SystemClock()
    began = clock.monotonic()
    return clock, lambda: until(lambda: clock.monotonic() > began + 0.1, "time passes")


def test_the_time_is_aware_and_in_utc(passing: tuple[Clock, Pass]):
    """So that times of records and of services can be compared."""
    assert passing[0].now().tzinfo is UTC


def test_seconds_pass_and_never_run_backwards(passing: tuple[Clock, Pass]):
    """Each reading is at least the one before, and later ones are later."""
    clock, let_time_pass = passing
    readings = [clock.monotonic() for _ in range(100)]
    assert readings == sorted(readings)
    let_time_pass()
    assert clock.monotonic() > readings[0]


def test_both_readings_are_of_one_time(passing: tuple[Clock, Pass]):
    """What the seconds say has passed, the time says too, unless somebody sets the clock."""
    clock, let_time_pass = passing
    then, began = clock.now(), clock.monotonic()
    let_time_pass()
    assert clock.monotonic() - began > 0
    assert clock.now() - then > timedelta()
