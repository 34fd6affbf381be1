import os
from typing import Final

import pytest

from tests.soundness.cases import try_case
from tests.soundness.mutations import MUTANTS


#: Mutated lines, and the number from which all of them follow.
LINES: Final = int(os.environ.get("SOUNDNESS_LINES", "100000"))
SEED: Final = int(os.environ.get("SOUNDNESS_SEED", "1"))
#: Cases that are counted together.
TOGETHER: Final = 40


@pytest.mark.parametrize("first", range(0, LINES // MUTANTS, TOGETHER))
def test_patterns_say_what_the_schema_says(first: int):
    """Accepted or refused, whose line it is, what goes on and what is warned of: all the same.

    And patterns are at work: they judge a good part of all that is accepted.
    """
    counts = [try_case(SEED, number) for number in range(first, first + TOGETHER)]
    accepted = sum(count.accepted for count in counts)
    by_patterns = accepted - sum(count.alone for count in counts)
    assert by_patterns > accepted / 10
    assert by_patterns > TOGETHER * MUTANTS / 20
