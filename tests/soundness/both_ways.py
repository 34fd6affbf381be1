"""Judges blocks by what was learned and line by line, and tells the difference."""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import pytest

from shared.domain import block_judge
from shared.domain.block_judge import Block, BlockJudge, JudgedBlock
from shared.domain.defaults import Defaults
from shared.domain.device_line import Accepted, Judged, Order, judge_line
from shared.domain.finding import Violation
from shared.domain.pattern_set import PatternSet
from shared.domain.sheets import AcceptedLines


#: The same line is judged again and again, and the schema says the same of it each time.
by_the_schema: Final = lru_cache(8192)(judge_line)


def lines_of(block: Block) -> Mapping[int, bytes]:
    """Return the lines by their numbers, without line ends."""
    lines = block.lines.replace(b"\r\n", b"\n").split(b"\n")[:-1]
    return dict(enumerate(lines, start=block.first))


def one_by_one(block: Block, defaults: Defaults) -> JudgedBlock:
    """Judge each line of a block by the schema alone."""
    judged = JudgedBlock()
    accepted: dict[Order, list[Accepted]] = defaultdict(list)
    for number, line in lines_of(block).items():
        one = by_the_schema(number, line, defaults)
        if not isinstance(one, Accepted):
            judged.others.append(one)
            continue
        accepted[one.order].append(one)
        judged.traits[one.traits] += 1
        judged.warned.update(finding.code for finding in one.warnings)
        judged.warnings += (Violation(number, one.device_id, each) for each in one.warnings)
        if one.module_id:
            judged.owners.append(one.device_id.encode())
    for order, lines in accepted.items():
        text = b"".join(line.text + b"\n" for line in lines)
        numbers = array("I", (line.line for line in lines))
        judged.accepted[order] = AcceptedLines(text, numbers, [line.key for line in lines])
    return judged


def difference(block: Block, alone: JudgedBlock, together: JudgedBlock) -> str:
    """Return what is said in two ways about a block; nothing if it is the same."""
    one, other = _said(alone), _said(together)
    for number, line in lines_of(block).items():
        if one.get(number) != other.get(number):
            return told(f"line {number}: {line!r}", one.get(number), other.get(number))
    for part in ("owners", "traits", "warned", "warnings"):
        if getattr(alone, part) != getattr(together, part):
            return told(part, getattr(alone, part), getattr(together, part))
    return ""


def told(about: str, alone: Any, together: Any) -> str:
    """Tell of a difference."""
    return f"{about}\n  one by one: {alone!r}\n  by patterns: {together!r}"


def _said(judged: JudgedBlock) -> Mapping[int, Any]:
    """Return all that is said of each line."""
    warnings = defaultdict(list)
    for warning in judged.warnings:
        warnings[warning.line].append(warning)
    said: dict[int, Any] = {}
    for order, lines in judged.accepted.items():
        texts = lines.text.split(b"\n")[:-1]
        for number, key, text in zip(lines.numbers, lines.keys, texts, strict=True):
            assert number not in said, f"line {number} is told twice"
            said[number] = (order, key, text, warnings[number])
    for other in judged.others:
        assert other.line not in said, f"line {other.line} is told twice"
        said[other.line] = other
    return said


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
