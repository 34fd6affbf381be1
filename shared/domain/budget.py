"""How many operations a hub still takes: its throttle, counted before it has to refuse.

A throttle holds for any minute, wherever it begins. So what was spent counts for sixty seconds,
and not until the clock's minute is over. Source: quotas and throttling, developer guide ("only
two of these bulk requests are accepted per minute").
"""

import math
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Self

from pydantic import BaseModel, ConfigDict


SECONDS: Final = 60


class Spending(NamedTuple):
    """Operations that were taken within one second."""

    #: The end of that second, since 1970: at most a second too late, never too early.
    second: int
    operations: int


class Budget(BaseModel):
    """What was spent of a hub's budget lately, by all imports together."""

    model_config = ConfigDict(frozen=True)

    #: In order, at most one entry for each second.
    spent: tuple[Spending, ...] = ()
    #: Until then the hub takes nothing, whatever was spent; in seconds since 1970.
    closed_until: int = 0

    def take(self, now: datetime, rate: int, most: int, least: int = 1) -> tuple[Self, int]:
        """Return the budget after taking operations from it, and how many were taken.

        Args:
            now: The time.
            rate: Operations that the hub takes a minute.
            most: How many are wanted.
            least: How many it must be; if there are fewer, none is taken.
        """
        recent = self._recent(now)
        left = rate - sum(spending.operations for spending in recent)
        count = min(most, left)
        if count < least or now.timestamp() < self.closed_until:
            return self, 0
        return self.model_copy(update={"spent": _added(recent, _second(now), count)}), count

    def closed(self, now: datetime, wait: timedelta) -> Self:
        """Return the budget of a hub that takes nothing for some time: it said so."""
        return self.model_copy(update={"closed_until": _second(now + wait)})

    def _recent(self, now: datetime) -> tuple[Spending, ...]:
        oldest = now.timestamp() - SECONDS
        return tuple(spending for spending in self.spent if spending.second > oldest)


def _second(moment: datetime) -> int:
    return math.ceil(moment.timestamp())


def _added(spent: tuple[Spending, ...], second: int, count: int) -> tuple[Spending, ...]:
    # A clock that runs behind another worker's adds to what that one spent.
    last = spent[-1] if spent else Spending(second, 0)
    if last.second < second:
        return (*spent, Spending(second, count))
    return (*spent[:-1], Spending(last.second, last.operations + count))
