"""How the listeners wait: for a time, for an event, and longer while there is nothing to do."""

import asyncio
import random
from collections.abc import Iterator
from itertools import count, repeat
from typing import Final


#: Seconds; QueuePollingIntervals.Minimum of the storage extension.
SHORTEST_DELAY: Final = 0.1


async def pause(seconds: float, *events: asyncio.Event) -> bool:
    """Wait until the time is over or an event is set; tell whether one was."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    return bool(done)


def back_off(longest: float) -> Iterator[float]:
    """Yield the seconds to wait after each fruitless poll, without end.

    As the storage extension's RandomizedExponentialBackoffStrategy: doubling, give or take a
    fifth, from 100 ms up to the longest delay.
    """
    yield SHORTEST_DELAY
    for exponent in count():
        jitter = random.uniform(0.8, 1.2)  # noqa: S311 - spreads polls, protects nothing
        delay = SHORTEST_DELAY * (1 + jitter * 2**exponent)
        if delay >= longest:
            yield from repeat(longest)
        yield delay
