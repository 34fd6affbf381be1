"""The patterns that one file has taught, and which of its lines fit them.

One regular expression holds all patterns. What several begin with stands there once, each ends
with a mark of its own, and any other line is taken without one. `findall` runs it over a block in
C and tells for each line its id and its mark.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, count, takewhile
from operator import itemgetter
from typing import Final

from shared.domain.device_line import Accepted
from shared.domain.line_patterns import NotLearnable, Pattern, learn


#: How the name of a group begins in a pattern.
_NAME: Final = re.compile(rb"\(\?P[<=](?:id|key)")
#: Learning must pay: more patterns cost more than they save.
MAX_PATTERNS: Final = 12
MAX_LESSONS: Final = 24
#: No more is learned when the expressions have so many bytes together.
MAX_BYTES: Final = 32 * 1024
#: Accepted lines that fitted no pattern, before one of them is learned.
LINES_A_LESSON: Final = 8


@dataclass(frozen=True, slots=True)
class Fits:
    """Which lines of a block fit which pattern."""

    #: For each pattern the marks of all lines: empty for those that do not fit it.
    marks: Sequence[tuple[Pattern, Sequence[bytes]]]
    #: For each line the id of its device, empty if the line fits no pattern.
    keys: Sequence[bytes]

    def apart(self) -> Mapping[int, Pattern | None]:
        """Return which lines cannot stay as and where they are, by place, with their patterns."""
        places: dict[int, Pattern | None] = {}
        if b"" in self.keys:
            places = {place: None for place, key in enumerate(self.keys) if not key}
        for pattern, marks in self.marks:
            if not pattern.is_canonical:
                places.update(dict.fromkeys(compress(count(), marks), pattern))
        return dict(sorted(places.items()))


class PatternSet:
    """Learns from accepted lines, and looks for lines like them."""

    def __init__(self) -> None:
        self.patterns: list[Pattern] = []
        #: All of them in one; None until it is needed, for a block may teach several.
        self._expression: re.Pattern[bytes] | None = None
        self._lessons = MAX_LESSONS
        self._room = MAX_BYTES
        self._unlearned = 0

    @property
    def may_learn(self) -> bool:
        """Whether another pattern may come."""
        return self._lessons > 0 and self._room > 0 and len(self.patterns) < MAX_PATTERNS

    def teach(self, line: bytes, accepted: Accepted) -> None:
        """Offer a line that fitted no pattern, without line end; one in so many is learned."""
        self._unlearned += 1
        if self._unlearned < LINES_A_LESSON or accepted.edit is None or not self.may_learn:
            return
        self._unlearned = 0
        if any(pattern.fits(line) for pattern in self.patterns):  # learned from the same block
            return
        self._lessons -= 1
        try:
            pattern = learn(line, accepted)
        except NotLearnable:
            return
        self.patterns.append(pattern)
        self._room -= len(pattern.expression)
        self._expression = None

    def fits(self, lines: bytes) -> Fits | None:
        """Look at whole lines, each with a line feed; None while there is nothing to tell."""
        if not self.patterns or not lines:
            return None
        expression = self._expression = self._expression or _compiled(self.patterns)
        rows = expression.findall(_legible(lines))

        def column(group: str) -> list[bytes]:
            return list(map(itemgetter(expression.groupindex[group] - 1), rows))

        ids = [column(group) for group in expression.groupindex if group.startswith("id")]
        keys = ids[0] if len(ids) == 1 else list(map(b"".join, zip(*ids, strict=True)))
        marks = [(pattern, column(f"mark{n}")) for n, pattern in enumerate(self.patterns)]
        return Fits(marks, keys)


def _compiled(patterns: Sequence[Pattern]) -> re.Pattern[bytes]:
    marked = [(*one.symbols[:-1], b"(?P<mark%d>\\})" % n) for n, one in enumerate(patterns)]
    named = (_named(symbol, place) for place, symbol in enumerate(_merged(marked)))
    return re.compile(b"%s\\n|[^\\n]*+\\n" % b"".join(named))


def _merged(expressions: Sequence[tuple[bytes, ...]]) -> Iterator[bytes]:
    """Yield the symbols of one expression for all of these, of which none begins another."""
    columns = zip(*expressions, strict=False)
    alike = [one for one, *_ in takewhile(lambda column: len(set(column)) == 1, columns)]
    yield from alike
    if len(expressions) == 1:
        return
    branches: dict[bytes, list[tuple[bytes, ...]]] = {}
    for expression in expressions:
        rest = expression[len(alike) :]
        branches.setdefault(rest[0], []).append(rest)
    before = b"(?:"
    for branch in branches.values():
        yield before
        yield from _merged(branch)
        before = b"|"
    yield b")"


def _named(symbol: bytes, number: int) -> bytes:
    """Give the groups of a symbol names of their own, for each name may stand there once only."""
    return _NAME.sub(rb"\g<0>%d" % number, symbol)


def _legible(lines: bytes) -> bytes:
    """Put an empty line, which fits nothing, in place of each that is not UTF-8."""
    if lines.isascii():
        return lines
    legible = []
    behind = 0
    while (bad := _first_not_utf8(lines, behind)) is not None:
        legible.append(lines[behind : lines.rfind(b"\n", 0, bad) + 1])
        behind = lines.index(b"\n", bad)
    return b"".join((*legible, lines[behind:]))


def _first_not_utf8(data: bytes, start: int) -> int | None:
    try:
        str(memoryview(data)[start:], "utf-8")
    except UnicodeDecodeError as bad:
        return start + bad.start
    return None
