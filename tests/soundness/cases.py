"""One case: what is taught, what is judged then, and by which choices. All follows from a seed."""

import random
from collections.abc import Callable
from typing import Final

from shared.domain.defaults import Defaults
from shared.domain.device_identity import WORDS
from tests.soundness.blocks import try_blocks
from tests.soundness.both_ways import Count, counted
from tests.soundness.files import try_file


#: Kinds of cases in turn.
_KINDS: Final[tuple[Callable[[random.Random, Defaults], None], ...]] = (
    *(try_file, try_blocks, try_blocks, try_blocks, try_blocks),
)


def try_case(seed: int, number: int) -> Count:
    """Judge the lines of a case both ways; return what was judged.

    Raises:
        AssertionError: It makes a difference. A note tells how to see it again.
    """
    chance = random.Random(f"{seed}-{number}")  # noqa: S311 - a case can be had again
    mode = chance.choice((None, None, None, *WORDS["importMode"]))
    defaults = Defaults(mode, chance.choice((None, None, None, *WORDS["status"])))
    try:
        with counted() as count:
            _KINDS[number % len(_KINDS)](chance, defaults)
    except Exception as error:
        error.add_note(f"again: .venv/bin/python -m tests.soundness {seed} {number}")
        raise
    return count
