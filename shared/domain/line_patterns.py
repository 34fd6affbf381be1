"""Learns patterns by which whole blocks of lines are judged at the speed of a regular expression.

Files are written by programs, so their lines look alike. A line that `judge_line` accepted as it
stands becomes a pattern: what gives it its structure stays literal, and each value becomes a slot.

    {"id":"press-1","status":"enabled","tags":{"line":7}}         the line
    {"id":"(…id…)","status":"enabled","tags":{"line":…number…}}   its pattern

Why a line that fits is as good as judged:

1. Structure is literal: braces, names, their order and the space between them. So a fitting line
   is JSON, names nothing twice, nests no deeper, and has exactly the fields of the learned line.
2. A slot holds the field's constraint, from the schema that pydantic uses (`texts`). It cannot
   hold a quote, a backslash or a control character, so it ends where the value ends.
3. Rules about several fields look only at what is literal (words, null, which fields are there) or
   at what the slot fixes (whether a text is empty, how a scope begins, how long a thumbprint is).
   Findings that depend on values are excluded: ids that need quoting by the slot, equal keys by
   looking ahead, large properties by 4. Lines with such findings are not learned.
4. In a twin, each text may be so long that all of them together stay within every limit.

What cannot be expressed so is not learned, and lines that fit no pattern go to `judge_line`. Only
one direction needs proof: a pattern accepts nothing that `judge_line` refuses, and finds the same.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shared.domain.canonical_line import NO_EDIT, Edit
from shared.domain.device_identity import ITEMS, TEXTS
from shared.domain.device_line import Accepted, Order, Traits
from shared.domain.device_rules import SCOPE
from shared.domain.finding import Finding
from shared.domain.rules import Code
from shared.domain.texts import PLAIN
from shared.domain.twin_rules import (
    MAX_PROPERTY_BYTES,
    MAX_TEXT_BYTES,
    NUMBER_BYTES,
    SECTIONS,
    TRUTH_BYTES,
)


#: Findings that depend on a value, not on what a pattern keeps.
_BY_VALUE: Final = {
    Code.EQUAL_KEYS,
    Code.ID_NEEDS_QUOTING,
    Code.TWIN_PROPERTY_LARGE,
    Code.UNUSUAL_SCOPE,
}
#: Beginnings of texts that rules look at, by path.
_KEPT: Final = {"deviceScope": SCOPE, "parentScopes": SCOPE}
_SLOTS: Final = {**TEXTS, **ITEMS}
#: Bytes of the longest expression; to compile it takes as long as judging hundreds of lines. No
#: line that fits is too long: literals and numbers have fewer bytes than this, each field's text
#: has at most 1,024, and all texts of a twin together as many as its sections.
MAX_EXPRESSION: Final = 16 * 1024
_TOKEN: Final = re.compile(r'(\s*)("[^"\\\x00-\x1f]*"|[{}\[\]:,]|[-+.0-9a-zA-Z]+)')
_NUMBER: Final = r"-?+(?:[1-9][0-9]{0,14}+|0)(?:\.[0-9]{1,17}+)?+"


class NotLearnable(Exception):
    """The line is good, but no pattern can be made of it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What lines of one look are judged by."""

    #: A regular expression over bytes, symbol by symbol; the last one is the closing brace. Its
    #: group `id` is the id; a group `key` is never set.
    symbols: tuple[bytes, ...]
    #: What makes such lines canonical.
    edit: Edit
    order: Order
    traits: Traits
    #: What is found on every line of this look.
    warnings: tuple[Finding, ...]

    @property
    def is_edited(self) -> bool:
        """Whether such lines are not canonical as they stand."""
        return self.edit != NO_EDIT

    @property
    def is_canonical(self) -> bool:
        """Whether such lines are canonical as they stand, and need no other lines before them."""
        return not self.is_edited and self.order is Order.DEVICE

    @property
    def expression(self) -> bytes:
        """The whole expression."""
        return b"".join(self.symbols)

    def fits(self, line: bytes) -> bool:
        """Tell whether a line, without line end, has this look."""
        return re.fullmatch(self.expression, line) is not None


def learn(line: bytes, accepted: Accepted) -> Pattern:
    """Make a pattern of a line.

    Args:
        line: The line as the sender wrote it, without line end.
        accepted: What `judge_line` made of it.

    Raises:
        NotLearnable: The line was rewritten, or has something that cannot be a slot.
    """
    if not accepted.edit or not _may_be_learned(line, accepted):
        raise NotLearnable
    symbols = tuple(map(str.encode, _Composer(line.decode()).compose()))
    pattern = Pattern(symbols, accepted.edit, accepted.order, accepted.traits, accepted.warnings)
    if len(pattern.expression) > MAX_EXPRESSION or not pattern.fits(line):
        raise NotLearnable
    return pattern


def _may_be_learned(line: bytes, accepted: Accepted) -> bool:
    return (
        accepted.module_id is None
        and line.startswith(b"{")  # no space, which the canonical line has not
        and all(finding.code not in _BY_VALUE for finding in accepted.warnings)
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands."""

    #: Path in the schema, or of the section of the twin that it is in.
    path: str
    #: The section's own member that the value belongs to; None outside of a twin.
    top: str | None = None

    def member(self, name: str) -> "_Place":
        """Return the place of a member of the object here."""
        if self.top is not None:
            return self
        path = f"{self.path}.{name}".lstrip(".")
        return _Place(self.path, path) if self.path in SECTIONS else _Place(path)


class _Composer:
    """Reads the symbols of one line, and writes its pattern down."""

    def __init__(self, line: str) -> None:
        self._symbols = _symbols(line)
        self._parts: list[str | _Place] = []
        #: Bytes of a twin that are the same in each line, by section and by section's member.
        self._fixed: Counter[str] = Counter()
        #: Where the slot of the first key is among the parts.
        self._first_key: int | None = None

    def compose(self) -> Iterator[str]:
        """Return the regular expression. A place among the parts is a text of a twin."""
        self._value(_Place(""), self._next())
        texts = [part for part in self._parts if isinstance(part, _Place)]
        by_section = Counter(place.path for place in texts)
        by_member = Counter(place.top for place in texts)

        def longest(place: _Place) -> int:
            """Share what the limits leave equally among the texts."""
            whole = SECTIONS[place.path] - self._fixed[place.path]
            member = MAX_PROPERTY_BYTES - self._fixed[str(place.top)]
            shares = (whole // by_section[place.path], member // by_member[place.top])
            return max(0, min(MAX_TEXT_BYTES, *shares))

        return (
            f"{PLAIN}{{0,{longest(part)}}}+" if isinstance(part, _Place) else part
            for part in self._parts
            if part
        )

    def _value(self, place: _Place, symbol: str) -> None:
        if symbol == "{":
            self._members(place)
        elif symbol == "[":
            self._items(place)
        elif symbol[0] == '"':
            self._text(place, symbol[1:-1])
        elif place.top is None:
            self._parts.append(symbol)  # null, true and false: rules look at them
        else:
            self._scalar(place, symbol)

    def _members(self, place: _Place) -> None:
        self._parts.append(r"\{")
        while (name := self._next()) != "}":
            self._parts.append(re.escape(name))
            if name != ",":
                member = place.member(name[1:-1])
                self._count(member, len(name.encode()) - 2)
                self._parts.append(self._next())  # the colon
                self._value(member, self._next())
        self._parts.append(r"\}")

    def _items(self, place: _Place) -> None:
        self._parts.append(r"\[")
        while (symbol := self._next()) != "]":
            if symbol == ",":
                self._parts.append(symbol)
            else:
                self._value(place, symbol)
        self._parts.append(r"\]")

    def _text(self, place: _Place, value: str) -> None:
        if place.top is not None:
            self._parts += ['"', place, '"']
            return
        kept = _KEPT.get(place.path, "") if value else ""
        slot = _SLOTS[place.path].slot(value.removeprefix(kept))
        if slot is None or not value.startswith(kept):
            raise NotLearnable
        if place.path.startswith("authentication.symmetricKey."):
            self._unequal_keys(len(value))
        slot = re.escape(kept) + slot
        self._parts.append(f'"(?P<id>{slot})"' if place.path == "id" else f'"{slot}"')

    def _unequal_keys(self, length: int) -> None:
        """Keep two keys from being the same, by a look ahead from the first to the second.

        All keys in a slot are of one length, so only of that many bytes may the first one be.
        """
        if self._first_key is None:
            self._first_key = len(self._parts)
            return
        _, *between = map(str, self._parts[self._first_key :])
        look = f'(?!"(?P<key>(?s:.{{{length}}}))"{"".join(between)}"(?P=key)")'
        self._parts.insert(self._first_key, look)

    def _scalar(self, place: _Place, symbol: str) -> None:
        is_number = symbol not in {"true", "false"}
        self._parts.append(_NUMBER if is_number else "(?:true|false)")
        self._count(place, NUMBER_BYTES if is_number else TRUTH_BYTES)

    def _count(self, place: _Place, size: int) -> None:
        if place.top is not None:
            self._fixed[place.path] += size
            self._fixed[place.top] += size

    def _next(self) -> str:
        """Write the space before the next symbol as it is, and return the symbol."""
        space, symbol = next(self._symbols)
        self._parts.append(re.escape(space))
        return symbol


def _symbols(line: str) -> Iterator[tuple[str, str]]:
    """Yield each symbol of a line of JSON with the space before it."""
    at = 0
    while at < len(line):
        match = _TOKEN.match(line, at)
        if not match:
            raise NotLearnable  # an escape in a text
        yield match[1], match[2]
        at = match.end()
