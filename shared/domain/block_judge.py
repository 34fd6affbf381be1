"""Judges blocks of lines: those that fit a learned pattern all at once, the others one by one.

Lines that fit no pattern go to `judge_line`, and what it accepts may become a new pattern. Where
patterns do not pay they are forgotten, and blocks are judged line by line for a while before
learning begins anew.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from shared.domain.defaults import Defaults
from shared.domain.device_line import (
    NO_DEFAULTS,
    Accepted,
    Judged,
    Order,
    Traits,
    judge_line,
)
from shared.domain.finding import Finding, Violation
from shared.domain.line_patterns import Pattern
from shared.domain.pattern_set import Fits, PatternSet
from shared.domain.repeated_keys import NO_NAMESAKES, Namesakes
from shared.domain.rules import Code


#: Where more than one line in so many fits no pattern, patterns do not pay.
MISSES: Final = 3
#: Blocks that are judged line by line then; doubled each time.
PAUSE: Final = 8
MAX_PAUSE: Final = 256
_LINE: Final = attrgetter("line")


@dataclass(slots=True)
class Block:
    """Some lines of a file, one after the other.

    `lines` ends with a line feed. Line numbers run from `first` without gaps.
    """

    first: int
    lines: bytes
    #: The entries as the sender wrote them, where `lines` was made from another format.
    sources: Sequence[bytes] | None = None


@dataclass(slots=True)
class JudgedBlock:
    """What became of the lines of a block."""

    #: The canonical lines that may go to the hub first, with their line feeds.
    texts: list[bytes] = field(default_factory=list)
    #: The numbers of these lines, and what each of them may be named only once by.
    numbers: array[int] = field(default_factory=lambda: array("I"))
    keys: list[bytes] = field(default_factory=list)
    #: Accepted lines by what they ask for.
    traits: Counter[Traits] = field(default_factory=Counter)
    #: What was warned of: how often, and where.
    warned: Counter[Code] = field(default_factory=Counter)
    warnings: list[Violation] = field(default_factory=list)
    #: All other lines, in their order: those that were rejected or skipped, or that must reach the
    #: hub after others.
    others: list[Judged] = field(default_factory=list)

    def add_run(self, first: int, text: bytes, keys: Sequence[bytes]) -> None:
        """Add accepted lines that stand one after the other."""
        self.texts.append(text)
        self.numbers.extend(range(first, first + len(keys)))
        self.keys += keys

    def add(self, judged: Judged) -> None:
        """Add a line that was judged by itself."""
        if isinstance(judged, Accepted) and judged.order is Order.DEVICE:
            self.traits[judged.traits] += 1
            self.warn(judged.line, judged.device_id, judged.warnings)
            self.add_run(judged.line, judged.text + b"\n", (judged.key,))
        else:
            self.others.append(judged)

    def warn(self, line: int, device_id: str, findings: Iterable[Finding]) -> None:
        """Add the warnings about a line."""
        for finding in findings:
            self.warned[finding.code] += 1
            self.warnings.append(Violation(line, device_id, finding))


class BlockJudge:
    """Judges the blocks of one file, in their order, and learns on the way.

    Args:
        details: How many warnings are told with their place; all of them are counted.
        defaults: What holds for lines that do not say it themselves.
        namesakes: Knows which lines must be compared with others.
    """

    def __init__(
        self,
        details: int = 1000,
        defaults: Defaults = NO_DEFAULTS,
        namesakes: Namesakes = NO_NAMESAKES,
    ) -> None:
        self._details = details
        self._defaults = defaults
        self._namesakes = namesakes
        self._patterns = PatternSet()
        self._pause = 0
        self._next_pause = PAUSE

    def judge(self, block: Block) -> JudgedBlock:
        """Judge all lines of a block."""
        judged = JudgedBlock()
        lines = block.lines.replace(b"\r\n", b"\n") if b"\r" in block.lines else block.lines
        fits = None if self._pause else self._patterns.fits(lines)
        if fits:
            self._judge_by_patterns(judged, block.first, lines, fits)
        else:
            self._judge_each(judged, block.first, lines.split(b"\n")[:-1])
        if self._pause:
            self._pause -= 1
        elif not self._patterns.may_learn:
            self._forget_if_useless(fits)
        judged.warnings.sort(key=_LINE)  # patterns tell theirs one after the other
        self._details -= len(judged.warnings)
        return judged

    def _judge_each(self, judged: JudgedBlock, first: int, lines: Iterable[bytes]) -> None:
        for number, line in enumerate(lines, start=first):
            one = judge_line(number, line, self._defaults)
            if isinstance(one, Accepted) and not self._pause:
                self._patterns.teach(line, one)
            judged.add(self._namesakes.compare(one, line))

    def _judge_by_patterns(
        self, judged: JudgedBlock, first: int, lines: bytes, fits: Fits
    ) -> None:
        apart = self._apart(fits)
        for pattern, ids in fits.ids:
            self._count(judged, first, pattern, ids, apart)
        if apart or any(pattern.added for pattern, _ in fits.ids):
            self._judge_in_runs(judged, first, lines.split(b"\n")[:-1], fits, apart)
        else:
            judged.add_run(first, lines, fits.keys)

    def _apart(self, fits: Fits) -> Sequence[int]:
        """Return the places of lines that fit no pattern, or that must be told one by one."""
        apart = set(self._namesakes.places(fits.keys))
        if b"" in fits.keys:
            apart.update(index for index, key in enumerate(fits.keys) if not key)
        for pattern, ids in fits.ids:
            if pattern.order is not Order.DEVICE:
                apart.update(index for index, device_id in enumerate(ids) if device_id)
        return sorted(apart)

    def _count(
        self,
        judged: JudgedBlock,
        first: int,
        pattern: Pattern,
        ids: Sequence[bytes],
        apart: Sequence[int],
    ) -> None:
        """Count the lines that fit a pattern and are not apart."""
        others = {index for index in apart if ids[index]}
        fitting = len(ids) - ids.count(b"") - len(others)
        if not fitting:
            return
        judged.traits[pattern.traits] += fitting
        for finding in pattern.warnings:
            judged.warned[finding.code] += fitting
        if self._details > 0:
            judged.warnings += (
                Violation(first + index, device_id.decode(), finding)
                for index, device_id in enumerate(ids)
                if device_id and index not in others
                for finding in pattern.warnings
            )

    def _judge_in_runs(
        self,
        judged: JudgedBlock,
        first: int,
        lines: Sequence[bytes],
        fits: Fits,
        apart: Sequence[int],
    ) -> None:
        """Add the runs of lines between those that are apart, and these one by one."""
        completed = _completed(lines, fits)
        start = 0
        for index in (*apart, len(lines)):
            if start < index:
                text = b"\n".join((*completed[start:index], b""))
                judged.add_run(first + start, text, fits.keys[start:index])
            start = index + 1
            if index == len(lines):
                break
            if device_id := fits.keys[index]:
                accepted = fits.pattern(index).accept(first + index, device_id, completed[index])
                judged.add(self._namesakes.compare(accepted, lines[index]))
            else:
                self._judge_each(judged, first + index, lines[index:start])

    def _forget_if_useless(self, fits: Fits | None) -> None:
        if not fits and self._patterns.patterns:
            return  # they were learned from this block, and the next one tells
        if fits and fits.keys.count(b"") * MISSES <= len(fits.keys):
            return
        self._patterns = PatternSet()
        self._pause = self._next_pause
        self._next_pause = min(self._next_pause * 2, MAX_PAUSE)


def _completed(lines: Sequence[bytes], fits: Fits) -> Sequence[bytes]:
    """Return each line, with what it leaves out if it fits a pattern."""
    each = list(lines)
    for pattern, ids in fits.ids:
        for index, device_id in enumerate(ids if pattern.added else ()):
            if device_id:
                each[index] = pattern.completed(each[index])
    return each
