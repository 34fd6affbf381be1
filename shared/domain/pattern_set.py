"""The patterns that one file has taught, and which of its lines fit them.

One regular expression holds all patterns, each with its id as a group, and takes any other line
without a group. `findall` runs it over a block in C and tells for each line which pattern it fits.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from shared.domain.device_line import Accepted
from shared.domain.line_patterns import NotLearnable, Pattern, learn


_NAMED_GROUP: Final = re.compile(rb"\(\?P[<=](?:id|key)")
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

    #: For each pattern the ids of the lines that fit it, empty for all other lines.
    ids: Sequence[tuple[Pattern, Sequence[bytes]]]
    #: For each line the id of its device, empty if the line fits no pattern.
    keys: Sequence[bytes]

    @property
    def are_canonical(self) -> bool:
        """Whether all lines fit, need no edit, and may go to the hub first."""
        return b"" not in self.keys and not any(
            any(ids) for pattern, ids in self.ids if not pattern.is_canonical
        )


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
        expression = self._expression = self._expression or self._compiled()
        rows = expression.findall(_legible(lines))
        groups = [expression.groupindex[f"id{n}"] - 1 for n in range(len(self.patterns))]
        ids = [list(map(itemgetter(group), rows)) for group in groups]
        keys = ids[0] if len(ids) == 1 else list(map(b"".join, zip(*ids, strict=True)))
        return Fits(list(zip(self.patterns, ids, strict=True)), keys)

    def _compiled(self) -> re.Pattern[bytes]:
        named = (
            _NAMED_GROUP.sub(rb"\g<0>%d" % number, pattern.expression)
            for number, pattern in enumerate(self.patterns)
        )
        # The last group is for any line, and for findall to give tuples always.
        return re.compile(b"(?:%s)\\n|([^\\n]*+)\\n" % b"|".join(named))


def _legible(lines: bytes) -> bytes:
    """Put an empty line, which fits nothing, in place of each that is not UTF-8."""
    if _is_utf8(lines):
        return lines
    return b"\n".join(line if _is_utf8(line) else b"" for line in lines.split(b"\n"))


def _is_utf8(data: bytes) -> bool:
    try:
        return data.isascii() or data.decode() is not None
    except UnicodeDecodeError:
        return False
