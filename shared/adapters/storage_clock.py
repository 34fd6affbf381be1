"""The time that all workers share: what storage says it is.

A record tells when something was tried, and another machine decides whether that is long enough
ago. The clocks of two machines may differ by minutes; but both hear the clock of the account that
the record is in, with every answer.
"""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from shared.ports import Clock


#: The header has whole seconds and takes a moment to come; so much makes no clock wrong.
_CLOSE: Final = timedelta(seconds=2)


class StorageClock:
    """The `Clock` port: the clock of this machine, put right by storage.

    Args:
        clock: The clock of this machine.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._behind = timedelta()

    def hear(self, response: Any) -> None:
        """Take the time from an answer; what the SDK calls `raw_response_hook`."""
        date = response.http_response.headers.get("Date")
        if not date:
            return
        off = parsedate_to_datetime(date) - self.now()
        if abs(off) > _CLOSE:
            self._behind += off

    def now(self) -> datetime:
        """Return the time of storage, in UTC; that of this machine before the first answer."""
        return self._clock.now() + self._behind

    def monotonic(self) -> float:
        """Return seconds that never run backwards; see the port."""
        return self._clock.monotonic()
