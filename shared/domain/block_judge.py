"""Judges blocks of lines: those that fit a learned pattern all at once, the others one by one.

Lines that fit no pattern go to `judge_line`, and what it accepts may become a new pattern. Where
patterns do not pay they are forgotten, and blocks are judged line by line for a while before
learning begins anew.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import attrgetter
from typing import Final, NamedTuple, Self

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
from shared.domain.pattern_set import Fits, PatternSet
from shared.domain.rules import Code


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


class AcceptedLines(NamedTuple):
    """Accepted lines that may reach the hub together, in their order."""

    #: The canonical lines, with their line feeds.
    text: bytes
    #: For each of them its number, and what may stand in the file only once.
    numbers: array[int]
    keys: Sequence[bytes]


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
        if fits and fits.are_canonical:
            numbers = array("I", range(block.first, block.first + len(fits.keys)))
            judged.accepted[Order.DEVICE] = AcceptedLines(lines, numbers, fits.keys)
        else:
            columns = _Columns.of(lines, fits)
            self._judge_each(judged, block.first, columns)
            judged.accepted.update(columns.by_order(block.first))
        self._rest_or_go_on(fits)
        judged.warnings.sort(key=_LINE)  # patterns tell theirs one after the other
        self._details -= len(judged.warnings)
        return judged

    def _judge_each(self, judged: JudgedBlock, first: int, columns: "_Columns") -> None:
        """Judge the lines that fit no pattern."""
        for index in columns.missing():
            line = columns.texts[index]
            one = judge_line(first + index, line, self._defaults)
            if not isinstance(one, Accepted):
                judged.others.append(one)
                continue
            if not self._pause:
                self._patterns.teach(line, one)
            columns.put(index, one)
            judged.traits[one.traits] += 1
            self._warn(judged, one)
            if one.module_id:
                judged.owners.append(one.device_id.encode())

    def _warn(self, judged: JudgedBlock, line: Accepted) -> None:
        for finding in line.warnings:
            judged.warned[finding.code] += 1
            if self._details > 0:
                judged.warnings.append(Violation(line.line, line.device_id, finding))

    def _count_fitting(self, judged: JudgedBlock, first: int, fits: Fits) -> None:
        for pattern, ids in fits.ids:
            fitting = len(ids) - ids.count(b"")
            if fitting:
                judged.traits[pattern.traits] += fitting
                for finding in pattern.warnings:
                    judged.warned[finding.code] += fitting
            if pattern.warnings and self._details > 0:
                judged.warnings += _warnings(first, pattern, ids)

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


def _warnings(first: int, pattern: Pattern, ids: Sequence[bytes]) -> Iterator[Violation]:
    return (
        Violation(first + index, device_id.decode(), finding)
        for index, device_id in enumerate(ids)
        if device_id
        for finding in pattern.warnings
    )


class _Columns:
    """The lines of a block side by side: their canonical texts, keys and orders.

    A line that was not accepted, or not yet, has no order.
    """

    def __init__(self, texts: list[bytes]) -> None:
        self.texts = texts
        self._keys: list[bytes] = [b""] * len(texts)
        self._orders: list[Order | None] = [None] * len(texts)

    @classmethod
    def of(cls, lines: bytes, fits: Fits | None) -> Self:
        """Return the columns of whole lines, filled in where they fit a pattern."""
        columns = cls(lines.split(b"\n")[:-1])
        if fits:
            columns._keys = list(fits.keys)
            columns._orders = [Order.DEVICE if key else None for key in fits.keys]
            for pattern, ids in fits.ids:
                if not pattern.is_canonical:
                    columns._fill_in(pattern, ids)
        return columns

    def missing(self) -> Iterable[int]:
        """Return the places of the lines without an order."""
        return [index for index, order in enumerate(self._orders) if order is None]

    def put(self, index: int, line: Accepted) -> None:
        """Fill in an accepted line."""
        self.texts[index] = line.text
        self._keys[index] = line.key
        self._orders[index] = line.order

    def by_order(self, first: int) -> Iterator[tuple[Order, AcceptedLines]]:
        """Yield the accepted lines of each order; `first` is the number of the first line."""
        for order in sorted({order for order in self._orders if order is not None}):
            chosen = [one is order for one in self._orders]
            numbers = array("I", compress(range(first, first + len(chosen)), chosen))
            text = b"\n".join((*compress(self.texts, chosen), b""))
            yield order, AcceptedLines(text, numbers, list(compress(self._keys, chosen)))

    def _fill_in(self, pattern: Pattern, ids: Sequence[bytes]) -> None:
        for index, device_id in enumerate(ids):
            if device_id:
                self._orders[index] = pattern.order
                if pattern.is_edited:
                    self.texts[index] = pattern.edit.apply(self.texts[index])
