"""How often a hub may be called: a budget for each kind of operation, by tier and units.

Source: Microsoft's page "IoT Hub quotas and throttling". "Only two of these bulk requests are
accepted per minute", it says, and "a third request in the same minute would be rejected": so a
budget is for any minute that ends now. A bucket that refills would let the third in after half
of it.
"""

from collections import defaultdict, deque
from dataclasses import dataclass
from threading import Lock
from typing import Final

from emulators.iot_hub.errors import throttled
from emulators.iot_hub.ticks import TICKS_A_SECOND
from emulators.iot_hub.tier import Tier


@dataclass(frozen=True, slots=True)
class Rate:
    """How many operations a number of units may take in the time of a throttle."""

    per_unit: int = 0
    at_least: int = 0

    def of(self, units: int) -> int:
        """Return the number for the whole hub."""
        return max(self.at_least, self.per_unit * units)


@dataclass(frozen=True, slots=True)
class Throttle:
    """One row of Microsoft's table."""

    #: What a refusal calls the operation.
    operation_type: str
    seconds: int
    #: By size: Free, B1 and S1; B2 and S2; B3 and S3.
    rates: tuple[Rate, Rate, Rate]

    def budget(self, tier: Tier, units: int) -> int:
        """Return how many operations a hub may take in the throttle's time."""
        return self.rates[tier.size - 1].of(units)


REGISTRY: Final = Throttle("CRUD", 60, (Rate(100), Rate(100), Rate(5000)))
JOBS: Final = Throttle("Jobs", 60, (Rate(100), Rate(100), Rate(5000)))
CONFIGURATIONS: Final = Throttle("ConfigurationWrite", 60, (Rate(20), Rate(20), Rate(20)))
QUERIES: Final = Throttle("Query", 60, (Rate(20), Rate(20), Rate(1000)))
TWIN_READS: Final = Throttle("TwinRead", 1, (Rate(at_least=100), Rate(10, 100), Rate(500)))
TWIN_UPDATES: Final = Throttle("TwinWrite", 1, (Rate(at_least=50), Rate(5, 50), Rate(250)))


class Meter:
    """Counts what a hub lets through. What it refuses costs nothing. Threads may share it."""

    def __init__(self) -> None:
        self._windows: dict[Throttle, _Window] = defaultdict(_Window)
        self._lock = Lock()

    def take(self, throttle: Throttle, budget: int, count: int, now: int) -> None:
        """Let operations through, all of them or none.

        Args:
            throttle: What to count them as.
            budget: How many the hub may take in the throttle's time.
            count: How many these are.
            now: In ticks.

        Raises:
            HubError: 429003.
        """
        with self._lock:
            window = self._windows[throttle]
            window.forget(now - throttle.seconds * TICKS_A_SECOND)
            if window.total + count > budget:
                raise throttled(throttle.operation_type)
            window.add(now, count)

    def clear(self) -> None:
        """Forget all that was let through."""
        with self._lock:
            self._windows.clear()


class _Window:
    """What was let through lately, and the sum of it."""

    def __init__(self) -> None:
        self.total = 0
        self._taken: deque[tuple[int, int]] = deque()

    def add(self, moment: int, count: int) -> None:
        self._taken.append((moment, count))
        self.total += count

    def forget(self, moment: int) -> None:
        """Forget what came at the moment or before."""
        while self._taken and self._taken[0][0] <= moment:
            self.total -= self._taken.popleft()[1]
