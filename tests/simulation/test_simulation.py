"""Seeds of a bad world, each in the same way whenever it is run."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final

import pytest

from tests.simulation.simulation import Simulation, run_seed


#: How many seeds, how many of them together, and by how many processes.
SEEDS: Final = 10_000
TOGETHER: Final = 250
PROCESSES: Final = 2
STARTS: Final = range(0, SEEDS, TOGETHER)


def run_some(first: int) -> Counter[str]:
    """Run some seeds; return what happened in them, by how often."""
    happened: Counter[str] = Counter()
    for seed in range(first, first + TOGETHER):
        happened += run_seed(seed)
    return happened


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[int, Future[Counter[str]]]]:
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        yield {first: pool.submit(run_some, first) for first in STARTS}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("first", STARTS)
def test_every_invariant_holds_in_every_seed(runs: dict[int, Future[Counter[str]]], first: int):
    """After each step, and at the end nothing is lost, doubled or left behind.

    And the world was bad: what protects the app was needed.
    """
    happened = runs[first].result()
    for needed in (
        "import.adopted",
        "import.fenced",
        "import.put_back",
        "import.poll_postponed",
        "import.ticket_ignored",
        "import.cancelled",
        "device_file.overlooked",
        "killed",
        "late POST refused",
    ):
        assert happened[needed], needed


def test_rarer_things_happen_too(runs: dict[int, Future[Counter[str]]]):
    """They are too rare to be in each part of the seeds."""
    happened: Counter[str] = sum((run.result() for run in runs.values()), Counter())
    for needed in (
        "exchange.swept",
        "runs.swept",
        "import.deadlettered",
        "import.needs_attention",
        "import.validation_resumed",
        "import.cancel_asked",
    ):
        assert happened[needed], needed


@pytest.mark.parametrize("seed", range(5))
def test_a_seed_comes_again_as_it_was(seed: int):
    """Step by step, so that a failure can be looked at."""
    traces: list[list[str]] = [[], []]
    for trace in traces:
        Simulation(seed, trace.append).run()
    first, again = traces
    assert first[1:] == again[1:]
    assert len(first) > 20
