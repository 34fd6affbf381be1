"""Two deaths, at each ordered pair of calls of the base scenario."""

import pytest

from tests.simulation.crashes import pairs, run
from tests.simulation.scenarios import BASE


@pytest.mark.parametrize("first", range(len(run(BASE, {}))))
def test_dying_again_at_any_later_call_loses_nothing_and_doubles_nothing(first: int):
    """The second death comes wherever the app has got to by then, in a recovery too."""
    for faults in pairs(first):
        run(BASE, faults)


def test_there_are_thousands_of_pairs():
    """Each death is followed by one at each later call, before it and after it."""
    calls = len(run(BASE, {}))
    assert sum(1 for first in range(calls) for _ in pairs(first)) > 8_000
