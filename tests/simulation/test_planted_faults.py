"""The simulation finds what it is made to find: each planted fault, within so many seeds."""

from collections.abc import Callable
from typing import Final

import pytest

from tests.simulation.invariants import Violated
from tests.simulation.planted import PLANTED
from tests.simulation.simulation import run_seed


SEEDS: Final = 200


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_caught(
    plant: Callable[[pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    """By an invariant, in a seed that passes without it, and with the command that shows it."""
    plant(monkeypatch)
    seed, violated = first_caught()
    monkeypatch.undo()
    run_seed(seed)
    assert violated.__notes__ == [f"again: .venv/bin/python -m tests.simulation --seed {seed}"]
    with capsys.disabled():
        print(f"\nseed {seed}: {violated}")  # noqa: T201 - says which seed it was


def first_caught() -> tuple[int, Violated]:
    """Return the first seed that an invariant does not hold in, and what it says."""
    for seed in range(SEEDS):
        try:
            run_seed(seed)
        except Violated as violated:
            return seed, violated
    return pytest.fail(f"not caught in {SEEDS} seeds")
