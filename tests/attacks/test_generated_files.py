"""A hundred thousand files that were spoilt in every way that we know of, through the app."""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final

import pytest

from tests.attacks.trying import Trial


#: How many files, and the number from which all of them follow.
FILES: Final = int(os.environ.get("ATTACKS_FILES", "100000"))
SEED: Final = int(os.environ.get("ATTACKS_SEED", "1"))
#: Files that one process tries before it takes some more.
TOGETHER: Final = 1000


def try_some(first: int) -> Counter[str]:
    """Try some files; return how many ended in which state or for which reason."""
    trial = Trial()
    records = (trial.try_case(SEED, case) for case in range(first, min(first + TOGETHER, FILES)))
    return Counter(record.reason.code if record.reason else record.state for record in records)


@pytest.fixture(scope="module")
def ends() -> Iterator[Counter[str]]:
    """How many files ended in which way. Each process has a core for itself."""
    # spawn: a process that has threads, as of other tests, must not be forked.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        yield sum(processes.map(try_some, range(0, FILES, TOGETHER)), Counter())


def test_nothing_but_a_record_comes_of_a_file(ends: Counter[str]):
    """No exception leaves the function, and accepted, rejected and skipped are all its lines."""
    assert ends.total() == FILES


def test_the_files_are_neither_all_bad_nor_all_good(ends: Counter[str]):
    """A tenth goes on to the target, and most ways to be refused are among the rest."""
    assert ends["queued"] > FILES / 10
    assert len(ends) > 15
