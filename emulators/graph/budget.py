"""How many requests a caller may make in a while.

Source: Microsoft's pages on throttling, by which refused requests count as well, and the limits of
Intune are counted in 20 seconds. Which limit holds for these operations is not documented.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Final


WINDOW_SECONDS: Final = 20


class Budget:
    """Counts requests, refused ones too. Any thread may call any method.

    Args:
        requests: How many are let through in any 20 seconds; at least one.
        clock: Tells the time in seconds.
    """

    def __init__(self, requests: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._requests = requests
        self._clock = clock
        self._lock = Lock()
        self._latest: deque[float] = deque(maxlen=requests)

    def spend(self) -> int:
        """Count a request; return after how many seconds the next one passes, 0 if this does."""
        with self._lock:
            now = self._clock()
            passes = self._seconds_left(now) <= 0
            self._latest.append(now)
            return 0 if passes else math.ceil(self._seconds_left(now))

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._latest.clear()

    def _seconds_left(self, now: float) -> float:
        if len(self._latest) < self._requests:
            return 0
        return self._latest[0] + WINDOW_SECONDS - now
