"""How the listeners wait."""

import asyncio
from itertools import islice, pairwise

from hypothesis import given
from hypothesis import strategies as st

from emulators.functions_host.polling import SHORTEST_DELAY, back_off, pause


@given(st.floats(0.1, 60))
def test_delays_grow_to_the_longest_and_stay_there(longest):
    """Never below 100 ms, never beyond the longest."""
    delays = list(islice(back_off(longest), 20))
    assert delays[0] == SHORTEST_DELAY
    assert all(SHORTEST_DELAY <= delay <= longest for delay in delays)
    assert all(later >= earlier for earlier, later in pairwise(delays))
    assert delays[-1] == longest


def test_a_pause_ends_with_its_time():
    """And tells that nothing happened."""
    assert asyncio.run(pause(0, asyncio.Event())) is False


def test_a_pause_ends_with_the_first_event():
    """Long before its time."""

    async def set_one():
        never, soon = asyncio.Event(), asyncio.Event()
        asyncio.get_running_loop().call_soon(soon.set)
        return await pause(3600, never, soon)

    assert asyncio.run(asyncio.wait_for(set_one(), 10)) is True
