"""Blocks of lines, of which the first one teaches patterns, judged both ways."""

import json
import random
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from shared.domain.block_judge import Block, BlockJudge, JudgedBlock
from shared.domain.defaults import Defaults
from tests.soundness.both_ways import difference, one_by_one
from tests.soundness.mutations import COPIES, MUTANTS, mutants, teachers


#: How many lines the blocks of mutants have. What is learned from one is tried in the next.
_SIZES: Final = ((MUTANTS,), (MUTANTS,), (100, MUTANTS - 100), (1, 2, 7, 90, MUTANTS - 100))


def try_blocks(chance: random.Random, defaults: Defaults) -> None:
    """Judge blocks as one file.

    Raises:
        AssertionError: The two ways differ, or what goes on is not read alike by all readers.
    """
    judge = BlockJudge(MUTANTS * 100, defaults)
    for block in _blocks(chance, defaults):
        alone = one_by_one(block, defaults)
        together = judge.judge(block)
        assert not (told := difference(block, alone, together)), told
        _read(together)


def _blocks(chance: random.Random, defaults: Defaults) -> Iterator[Block]:
    taught = teachers(chance, defaults)
    end = chance.choice((b"\n", b"\n", b"\n", b"\r\n"))
    yield Block(1, b"".join((line + end) * COPIES for line in taught))
    first = len(taught) * COPIES + 1
    lines = mutants(taught, MUTANTS, chance)
    for size in chance.choice(_SIZES):
        yield Block(first, b"".join(line + end for line in islice(lines, size)))
        first += size


def _read(judged: JudgedBlock) -> None:
    """Read what goes on as the strictest reader would: each name once, numbers and no NaN."""
    for text in b"".join(lines.text for lines in judged.accepted.values()).split(b"\n")[:-1]:
        assert b"\r" not in text, f"a carriage return is in {text!r}"
        json.loads(text, object_pairs_hook=_members, parse_constant=_refused, parse_int=str)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    assert len(members) == len(pairs), f"a name stands twice among {list(members)}"
    return members


def _refused(name: str) -> None:
    message = f"{name} is no number"
    raise AssertionError(message)
