import os
from typing import Final

import pytest

from tests.soundness.cases import try_case
from tests.soundness.mutations import MUTANTS


#: Mutated lines, and the number from which all of them follow.
LINES: Final = int(os.environ.get("SOUNDNESS_LINES", "100000"))
SEED: Final = int(os.environ.get("SOUNDNESS_SEED", "1"))
CASES: Final = LINES // MUTANTS
#: Cases that are counted together.
TOGETHER: Final = 40


@pytest.mark.parametrize("first", range(0, CASES, TOGETHER))
def test_patterns_say_what_the_schema_says(first: int):
    """Accepted or refused, whose line it is, what goes on and what is warned of: all the same.

    And patterns are at work: a tenth of the lines fits them, at least.
    """
    cases = range(first, min(first + TOGETHER, CASES))
    by_patterns = sum(try_case(SEED, number).by_patterns for number in cases)
    assert by_patterns > len(cases) * MUTANTS / 10
