"""Judges blocks by what was learned and line by line, and tells the difference."""

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import pytest

from shared.domain import block_judge
from shared.domain.block_judge import Block, BlockJudge, JudgedBlock
from shared.domain.defaults import Defaults
from shared.domain.device_line import Accepted, Judged, judge_line
from shared.domain.pattern_set import PatternSet
from shared.domain.repeated_keys import Namesakes, RepeatedKeys, Suspects


#: The same line is judged again and again, and the schema says the same of it each time.
by_the_schema: Final = lru_cache(8192)(judge_line)


def lines_of(block: Block) -> Mapping[int, bytes]:
    """Return the lines by their numbers, without line ends."""
    lines = block.lines.replace(b"\r\n", b"\n").split(b"\n")[:-1]
    return dict(enumerate(lines, start=block.first))


def one_by_one(block: Block, defaults: Defaults, namesakes: Namesakes) -> JudgedBlock:
    """Judge each line of a block by the schema alone."""
    judged = JudgedBlock()
    for number, line in lines_of(block).items():
        judged.add(namesakes.compare(by_the_schema(number, line, defaults), line))
    return judged


def suspects_of(blocks: Iterable[Block], defaults: Defaults) -> Suspects:
    """Return what a first reading of the blocks would suspect."""
    repeated = RepeatedKeys(io.BytesIO())
    for block in blocks:
        for number, line in lines_of(block).items():
            judged = by_the_schema(number, line, defaults)
            if isinstance(judged, Accepted):
                repeated.add_line(judged)
    return repeated.suspects()


def difference(block: Block, alone: JudgedBlock, together: JudgedBlock) -> str:
    """Return what is said in two ways about a block; nothing if it is the same."""
    one, other = _said(alone), _said(together)
    for number, line in lines_of(block).items():
        if one.get(number) != other.get(number):
            return told(f"line {number}: {line!r}", one.get(number), other.get(number))
    for part in ("numbers", "keys", "traits", "warned", "warnings"):
        if getattr(alone, part) != getattr(together, part):
            return told(part, getattr(alone, part), getattr(together, part))
    return ""


def told(about: str, alone: Any, together: Any) -> str:
    """Tell of a difference."""
    return f"{about}\n  one by one: {alone!r}\n  by patterns: {together!r}"


def _said(judged: JudgedBlock) -> Mapping[int, Any]:
    """Return all that is said of each line."""
    texts = b"".join(judged.texts).split(b"\n")[:-1]
    warnings = defaultdict(list)
    for warning in judged.warnings:
        warnings[warning.line].append(warning)
    said: dict[int, Any] = {
        number: (key, text, warnings[number])
        for number, key, text in zip(judged.numbers, judged.keys, texts, strict=True)
    }
    for other in judged.others:
        assert other.line not in said, f"line {other.line} is told twice"
        said[other.line] = _without_way(other)
    return said


def _without_way(judged: Judged) -> Judged:
    """Leave out how a text came about, which is nobody's business but the judge's."""
    return judged._replace(added=None) if isinstance(judged, Accepted) else judged


@contextmanager
def without_patterns() -> Iterator[None]:
    """Have every line judged by the schema alone: nothing is learned."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PatternSet, "teach", lambda *_: None)
        yield


class Count:
    """Lines that judges of blocks were given, and those of them that they gave to `judge_line`."""

    lines = 0
    alone = 0

    @property
    def by_patterns(self) -> int:
        """All others; each of them is accepted, unless its device stood in the file before."""
        return self.lines - self.alone


@contextmanager
def counted() -> Iterator[Count]:
    """Count what is judged meanwhile."""
    count = Count()
    judge = BlockJudge.judge

    def judge_block(self: BlockJudge, block: Block) -> JudgedBlock:
        count.lines += len(lines_of(block))
        return judge(self, block)

    def judge_one(number: int, text: bytes, defaults: Defaults) -> Judged:
        count.alone += 1
        return by_the_schema(number, text, defaults)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BlockJudge, "judge", judge_block)
        patch.setattr(block_judge, "judge_line", judge_one)
        yield count
