"""The hub's clock: the machine's, moved on by tests that cannot wait."""

from collections.abc import Callable
from threading import Lock
from typing import Final

from emulators.iot_hub import ticks


#: How far a clock moves on at once; times have to stay within what dates can say.
YEAR: Final = 366 * 24 * 3600


class Clock:
    """Counts the minutes of throttles, stamps jobs and dates their history.

    Signatures go by the machine's clock alone, because their clients and Storage do, and so do
    configurations and identities, whose generations must never meet twice. Any thread may call
    any method.

    Args:
        source: Says what the machine's clock shows, in ticks. A test may let it stand still.
    """

    def __init__(self, source: Callable[[], int] = ticks.now) -> None:
        self._source = source
        self._ahead = 0
        self._lock = Lock()

    def now(self) -> int:
        """Return the present moment in ticks."""
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move on.

        Raises:
            ValueError: That would be back, nowhere, or further than a year.
        """
        if not 0 < seconds <= YEAR:
            text = f"A clock does not move by {seconds} seconds"
            raise ValueError(text)
        with self._lock:
            self._ahead += round(seconds * ticks.TICKS_A_SECOND)

    def reset(self) -> None:
        """Show what the machine's clock shows."""
        with self._lock:
            self._ahead = 0
