"""Duplicate detection: the ids of a time window.

Azure docs, "Duplicate detection": only the message id counts; the copy is reported as accepted.
"""

from emulators.service_bus.state.clock import Clock


class DuplicateHistory:
    """The message ids that an entity accepted lately."""

    def __init__(self, window: float, clock: Clock) -> None:
        """Remember ids for `window` seconds; a window of 0 remembers nothing."""
        self._window = window
        self._clock = clock
        self._accepted_at: dict[str, float] = {}  # oldest first

    def knows(self, message_id: str | None) -> bool:
        """Tell whether the id was recorded within the window."""
        self._forget()
        return message_id in self._accepted_at

    def record(self, message_id: str | None) -> None:
        """Remember the id from now on. A message without an id is no one's duplicate."""
        if message_id is not None and self._window:
            self._accepted_at[message_id] = self._clock()

    def _forget(self) -> None:
        horizon = self._clock() - self._window
        while self._accepted_at:
            oldest, accepted_at = next(iter(self._accepted_at.items()))
            if accepted_at > horizon:
                return
            del self._accepted_at[oldest]
