from datetime import timedelta
from types import SimpleNamespace

import pytest

from shared.adapters.storage_clock import StorageClock
from tests.fakes.clock import NEW_YEAR, FakeClock


def answer(date: str | None) -> SimpleNamespace:
    """Return what the SDK passes on."""
    headers = {"Date": date} if date else {}
    return SimpleNamespace(http_response=SimpleNamespace(headers=headers))


def test_before_the_first_answer_it_is_the_time_of_the_machine():
    """There is nothing else to go by; and an answer without a time says nothing."""
    clock = StorageClock(FakeClock())
    clock.hear(answer(None))
    assert clock.now() == NEW_YEAR


@pytest.mark.parametrize(
    "date", ["Thu, 01 Jan 2026 00:10:00 GMT", "Wed, 31 Dec 2025 23:50:00 GMT"]
)
def test_a_wrong_clock_is_put_right(date: str):
    """Ten minutes fast or slow, and it stays right while time goes by."""
    machine = FakeClock()
    clock = StorageClock(machine)
    clock.hear(answer(date))
    assert abs(clock.now() - NEW_YEAR) == timedelta(minutes=10)
    machine.move(minutes=5)
    assert abs(clock.now() - NEW_YEAR - timedelta(minutes=5)) == timedelta(minutes=10)


def test_a_clock_that_is_nearly_right_is_left_alone():
    """Answers have whole seconds; time must not jump to and fro with them."""
    clock = StorageClock(FakeClock())
    clock.hear(answer("Thu, 01 Jan 2026 00:00:01 GMT"))
    assert clock.now() == NEW_YEAR


def test_durations_are_those_of_the_machine():
    """No answer makes them jump."""
    machine = FakeClock()
    clock = StorageClock(machine)
    clock.hear(answer("Thu, 01 Jan 2026 00:10:00 GMT"))
    machine.move(seconds=7)
    assert clock.monotonic() == 7
