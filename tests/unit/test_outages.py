import logging

import pytest

from shared import outages
from shared.domain.errors import Unavailable
from shared.outages import OnceAMinute
from tests.fakes.clock import FakeClock


WHY = Unavailable("storage: ServerBusy")


def say(service: str = "storage") -> None:
    outages.say("import.poll_postponed", "poll", WHY, service)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """A clock that the log goes by, until the test has ended."""
    clock = FakeClock()
    monkeypatch.setattr(outages.log, "filters", [])
    outages.keep_quiet(clock.monotonic)
    return clock


def test_a_line_names_what_waits_for_whom_and_why(caplog: pytest.LogCaptureFixture):
    """Even where nothing keeps the log quiet, as in a test."""
    say()
    say()
    line = "import.poll_postponed service=storage what=poll why=storage: ServerBusy"
    assert caplog.messages == [line, line]


def test_ten_minutes_are_ten_lines(clock: FakeClock, caplog: pytest.LogCaptureFixture):
    """However often it is said; each tells how many were left out before it."""
    for _ in range(40):
        say()
        say()
        clock.move(seconds=15)
    assert len(caplog.messages) == 10
    assert all(message.endswith("left_out=7") for message in caplog.messages[1:])


def test_services_do_not_silence_each_other(clock: FakeClock, caplog: pytest.LogCaptureFixture):
    """Each has its own minute."""
    say("storage")
    clock.move(seconds=30)
    say("hub-a")
    clock.move(seconds=30)
    say("storage")
    say("hub-a")
    assert [message.split()[1] for message in caplog.messages] == [
        "service=storage",
        "service=hub-a",
        "service=storage",
    ]


def test_the_log_of_a_worker_is_kept_quiet_once(clock: FakeClock):
    """Whoever builds a worker's world anew does not filter twice."""
    outages.keep_quiet(clock.monotonic)
    (filter_,) = outages.log.filters
    assert isinstance(filter_, OnceAMinute)


def test_no_other_line_is_held_back(clock: FakeClock):
    """A filter of a logger is asked about its own lines only."""
    assert not logging.getLogger("shared.use_cases.poll_import_jobs").filters
    assert clock.monotonic() == 0
