"""A clock that stands still until it is moved."""

from datetime import UTC, datetime, timedelta


NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """The `Clock` port, moved by hand."""

    def __init__(self, now: datetime = NEW_YEAR) -> None:
        self._now = now
        self._seconds = 0.0

    def now(self) -> datetime:
        """Return the time it shows."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds it has been moved."""
        return self._seconds

    def move(self, **by: float) -> None:
        """Let time pass, e.g. `move(minutes=3)`."""
        step = timedelta(**by)
        self._now += step
        self._seconds += step.total_seconds()
