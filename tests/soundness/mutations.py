"""Lines that teach patterns, and lines with a few changes that may fit them or not."""

import random
import re
from collections.abc import Iterator, Sequence
from typing import Final

from shared.domain.defaults import Defaults
from shared.domain.device_line import Accepted, judge_line
from tests.soundness.member_mutations import changed
from tests.soundness.seed_lines import SHAPES
from tests.soundness.text_mutations import TEXT_MUTATIONS


#: Mutated lines of a case.
MUTANTS: Final = 500
#: How often a line is taught: it is learned only after some that fit no pattern.
COPIES: Final = 10
_ID: Final = re.compile(rb'(?<="id":")[^"]*|(?<="id": ")[^"]*')
#: So few names that some come again.
_NAMES: Final = 2000


def teachers(chance: random.Random, defaults: Defaults) -> list[bytes]:
    """Return lines of some shapes; some of them are good mutants themselves."""
    lines = []
    for number, shape in enumerate(chance.choices(SHAPES, k=chance.randrange(1, 13))):
        line = shape(number, chance)
        if chance.random() < 1 / 3:
            mutant = mutated(line, line, chance)
            good = isinstance(judge_line(1, mutant, defaults), Accepted)
            line = mutant if good else line
        lines.append(line)
    return lines


def mutants(lines: Sequence[bytes], count: int, chance: random.Random) -> Iterator[bytes]:
    """Yield lines made of these, most of them with a change, under a name that may come again."""
    for _ in range(count):
        line, other = chance.choice(lines), chance.choice(lines)
        if chance.random() < 1 / 2:
            line = renamed(line, chance.randrange(_NAMES), chance)
        yield line if chance.random() < 1 / 10 else mutated(line, other, chance)


def renamed(line: bytes, number: int, chance: random.Random) -> bytes:
    """Return a line about another device."""
    return _ID.sub(chance.choice((b"device-%d", b"Device-%d")) % number, line, count=1)


def mutated(line: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return a line with one to three changes; some of them take from another line."""
    for _ in range(chance.choice((1, 1, 1, 1, 2, 3))):
        if chance.random() < 1 / 4:
            line = changed(line, chance)
        else:
            line = chance.choice(TEXT_MUTATIONS)(line, other, chance)
    return line.replace(b"\n", b"")
