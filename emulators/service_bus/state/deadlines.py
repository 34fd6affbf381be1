"""What is to happen when, by sequence number."""

import heapq
import math
from collections.abc import Iterator


class Deadlines:
    """Times at which something may have to be done about a message.

    A deadline that has moved is pushed again and not taken back: whoever gets a number that is due
    checks whether it still is.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int]] = []

    def push(self, when: float, number: int) -> None:
        """Note a deadline, in seconds since the epoch; an infinite one never comes."""
        if when < math.inf:
            heapq.heappush(self._heap, (when, number))

    def due(self, now: float) -> Iterator[int]:
        """Take out the numbers whose time has come, also those pushed meanwhile."""
        while self._heap and self._heap[0][0] <= now:
            yield heapq.heappop(self._heap)[1]
