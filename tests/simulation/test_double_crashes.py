"""Two deaths, at each ordered pair of calls of the base scenario."""

import pytest

from tests.simulation.crashes import pairs, run
from tests.simulation.scenarios import BASE


@pytest.mark.parametrize("first", range(len(run(BASE, {}))))
def test_dying_again_at_any_later_call_loses_nothing_and_doubles_nothing(first: int):
    """The second death comes wherever the app has got to by then, in a recovery too."""
    both = list(pairs(first))
    assert both
    for faults in both:
        run(BASE, faults)
