"""The time of this machine."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The `Clock` port on the system's clocks."""

    def now(self) -> datetime:
        """Return the current time, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()
