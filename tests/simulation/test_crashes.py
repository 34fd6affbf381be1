"""One fault, at each call of each scenario."""

import pytest

from tests.simulation.crashes import Mode, run
from tests.simulation.scenarios import SCENARIOS


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_fault_at_any_call_loses_nothing_and_doubles_nothing(name: str, mode: Mode):
    """Each import ends as it would have, by one job, with one result of each number."""
    calls = len(run(name, {}))
    assert calls > 40
    for number in range(calls):
        run(name, {number: mode})
