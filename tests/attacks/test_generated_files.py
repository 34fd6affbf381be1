"""A hundred thousand files that were spoilt in every way that we know of, through the app."""

import os
from collections import Counter
from typing import Final

import pytest

from tests.attacks.trying import Trial


#: How many files, and the number from which all of them follow.
FILES: Final = int(os.environ.get("ATTACKS_FILES", "100000"))
SEED: Final = int(os.environ.get("ATTACKS_SEED", "1"))
#: Files that are counted together.
TOGETHER: Final = 5000


@pytest.mark.parametrize("first", range(0, FILES, TOGETHER))
def test_nothing_but_a_record_comes_of_a_file(first: int):
    """No exception leaves the function, and accepted, rejected and skipped are all its lines.

    The files are neither all bad nor all good: a tenth goes on, and most ways to be refused are
    among the rest.
    """
    trial = Trial()
    cases = range(first, min(first + TOGETHER, FILES))
    records = (trial.try_case(SEED, case) for case in cases)
    ends = Counter(record.reason.code if record.reason else record.state for record in records)
    assert ends.total() == len(cases)
    assert ends["queued"] > len(cases) / 10
    assert len(ends) > 10
