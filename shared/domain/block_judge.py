"""Judges blocks of lines: those that fit a learned pattern all at once, the others one by one.

Lines that fit no pattern go to `judge_line`, and what it accepts may become a new pattern. Where
patterns do not pay they are forgotten, and blocks are judged line by line for a while before
learning begins anew.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import attrgetter
from typing import Final

from shared.domain.defaults import Defaults
from shared.domain.device_line import (
    NO_DEFAULTS,
    Accepted,
    Order,
    Rejected,
    Skipped,
    Traits,
    judge_line,
)
from shared.domain.finding import Violation
from shared.domain.line_patterns import Pattern
from shared.domain.line_spans import spans_of
from shared.domain.pattern_set import Fits, PatternSet
from shared.domain.rules import Code
from shared.domain.sheets import AcceptedLines, Sheets


#: Where more than one line in so many fits no pattern, patterns do not pay. Fewer lines than a
#: sample tell nothing.
MISSES: Final = 3
SAMPLE: Final = 50
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
    _count: int = field(default=0, init=False)

    @property
    def count(self) -> int:
        """How many lines there are. Whoever has them one by one may say so and spare a look."""
        self._count = self._count or self.lines.count(b"\n")
        return self._count

    @count.setter
    def count(self, lines: int) -> None:
        self._count = lines


@dataclass(slots=True)
class JudgedBlock:
    """What became of the lines of a block."""

    accepted: dict[Order, AcceptedLines] = field(default_factory=dict)
    #: For each accepted line of a module its device.
    owners: list[bytes] = field(default_factory=list)
    #: Accepted lines by what they ask for.
    traits: Counter[Traits] = field(default_factory=Counter)
    #: What was warned of: how often, and where.
    warned: Counter[Code] = field(default_factory=Counter)
    warnings: list[Violation] = field(default_factory=list)
    #: The lines that were not accepted, in their order.
    others: list[Rejected | Skipped] = field(default_factory=list)


class BlockJudge:
    """Judges the blocks of one file, in their order, and learns on the way.

    Args:
        details: How many warnings are told with their place; all of them are counted.
        defaults: What holds for lines that do not say it themselves.
    """

    def __init__(self, details: int = 1000, defaults: Defaults = NO_DEFAULTS) -> None:
        self._details = details
        self._defaults = defaults
        self._patterns = PatternSet()
        self._pause = 0
        self._next_pause = PAUSE

    def judge(self, block: Block) -> JudgedBlock:
        """Judge all lines of a block."""
        judged = JudgedBlock()
        lines = block.lines.replace(b"\r\n", b"\n") if b"\r" in block.lines else block.lines
        fits = None if self._pause else self._patterns.fits(lines)
        if fits:
            block.count = len(fits.keys)
            self._count_fitting(judged, block.first, fits)
        judged.accepted.update(self._sorted(judged, block, lines, fits))
        self._rest_or_go_on(fits)
        judged.warnings.sort(key=_LINE)  # patterns tell theirs one after the other
        self._details -= len(judged.warnings)
        return judged

    def _sorted(
        self, judged: JudgedBlock, block: Block, lines: bytes, fits: Fits | None
    ) -> Iterator[tuple[Order, AcceptedLines]]:
        """Yield the accepted lines by their orders; what fits no pattern is judged before."""
        apart = fits.apart() if fits else dict.fromkeys(range(block.count))
        keys = list(fits.keys) if fits else [b""] * block.count
        sheets = Sheets(lines, block.first, keys)
        for (place, pattern), span in zip(apart.items(), spans_of(lines, apart), strict=True):
            line = sheets.take(place, span)
            if pattern:
                sheets.put(place, pattern.order, pattern.edit.apply(line), keys[place])
            else:
                self._judge_one(judged, place, line, sheets)
        return sheets.by_order()

    def _judge_one(self, judged: JudgedBlock, place: int, text: bytes, sheets: Sheets) -> None:
        """Judge a line that fits no pattern."""
        line = judge_line(sheets.first + place, text, self._defaults)
        if not isinstance(line, Accepted):
            judged.others.append(line)
            return
        if not self._pause:
            self._patterns.teach(text, line)
        sheets.put(place, line.order, line.text, line.key)
        judged.traits[line.traits] += 1
        self._warn(judged, line)
        if line.module_id:
            judged.owners.append(line.device_id.encode())

    def _warn(self, judged: JudgedBlock, line: Accepted) -> None:
        for finding in line.warnings:
            judged.warned[finding.code] += 1
            if self._details > 0:
                judged.warnings.append(Violation(line.line, line.device_id, finding))

    def _count_fitting(self, judged: JudgedBlock, first: int, fits: Fits) -> None:
        for pattern, marks in fits.marks:
            fitting = len(marks) - marks.count(b"")
            if fitting:
                judged.traits[pattern.traits] += fitting
                for finding in pattern.warnings:
                    judged.warned[finding.code] += fitting
            if pattern.warnings and self._details > 0:
                ids = compress(enumerate(fits.keys, first), marks)
                judged.warnings += _warnings(pattern, ids)

    def _rest_or_go_on(self, fits: Fits | None) -> None:
        """Forget what was learned if it is of no use, and begin anew after a while."""
        if self._pause:
            self._pause -= 1
        elif not self._patterns.may_learn and not self._pays(fits):
            self._patterns = PatternSet()
            self._pause = self._next_pause
            self._next_pause = min(self._next_pause * 2, MAX_PAUSE)

    def _pays(self, fits: Fits | None) -> bool:
        """Tell whether patterns save more than they cost."""
        if not fits:  # those there are were learned from this block, and the next one tells
            return bool(self._patterns.patterns)
        lines = len(fits.keys)
        return lines < SAMPLE or fits.keys.count(b"") * MISSES <= lines


def _warnings(pattern: Pattern, ids: Iterable[tuple[int, bytes]]) -> Iterator[Violation]:
    return (
        Violation(number, device_id.decode(), finding)
        for number, device_id in ids
        for finding in pattern.warnings
    )
