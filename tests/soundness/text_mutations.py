"""Changes the text of a line: its bytes, symbols and spelling.

Each mutation takes a line, another line and a source of chance, and returns the changed line.
"""

import random
import re
from collections.abc import Callable, Sequence
from typing import Final

from tests.soundness.pieces import BLANKS, DIGITS, LETTERS, NUMBERS, PIECES, VALUES
from tests.soundness.seed_lines import long_text


type Mutate = Callable[[bytes, bytes, random.Random], bytes]
type _Span = tuple[int, int]

_NAME_OR_VALUE: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[-+.0-9a-zA-Z]+')
_SYMBOL: Final = re.compile(rb"%s|[{}\[\]:,]" % _NAME_OR_VALUE.pattern)
_MEMBER: Final = re.compile(rb'"[^"\\]*": ?(?:"[^"\\]*"|[^"{}\[\],]+),? ?')
_DIGIT: Final = re.compile(rb"[0-9]")


def _put(line: bytes, span: _Span, piece: bytes) -> bytes:
    return line[: span[0]] + piece + line[span[1] :]


def _anywhere(line: bytes, chance: random.Random, size: int = 0) -> _Span:
    at = chance.randrange(len(line) + 1)
    return at, at + size


def _chosen(spans: Sequence[_Span], line: bytes, chance: random.Random) -> _Span:
    return chance.choice(spans) if spans else (len(line), len(line))


def _like(pattern: re.Pattern[bytes], line: bytes, chance: random.Random) -> _Span:
    """Return where something like this stands, or the end of the line."""
    return _chosen([match.span() for match in pattern.finditer(line)], line, chance)


def _value(line: bytes, chance: random.Random) -> _Span:
    """Return where a value stands that is no object or array, or the end of the line."""
    spans = [match.span() for match in _NAME_OR_VALUE.finditer(line)]
    some = chance.choices(spans, k=5) if spans else []
    return _chosen([(at, end) for at, end in some if line[end : end + 1] != b":"], line, chance)


def _letter(line: bytes, chance: random.Random) -> _Span:
    """Return where a letter or digit of a value stands, or the end of the line."""
    start, end = _value(line, chance)
    if line[start : start + 1] == b'"' and end - start > 2:
        start, end = start + 1, end - 1
    at = chance.randrange(start, max(start + 1, end))
    return at, min(at + 1, end)


def any_byte(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Put any byte in place of one."""
    return _put(line, _anywhere(line, chance, 1), chance.randbytes(1))


def another_bit(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Change one bit of one byte."""
    at, end = _anywhere(line, chance, 1)
    changed = bytes(byte ^ 1 << chance.randrange(8) for byte in line[at:end])
    return _put(line, (at, end), changed)


def one_more_byte(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Put any byte somewhere."""
    return _put(line, _anywhere(line, chance), chance.randbytes(1))


def some_left_out(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Leave out some bytes, mostly one."""
    return _put(line, _anywhere(line, chance, chance.choice((1, 1, 1, 2, 5, 40))), b"")


def some_twice(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Write some bytes twice, mostly one."""
    at, end = _anywhere(line, chance, chance.choice((1, 1, 1, 2, 5, 40)))
    return _put(line, (at, at), line[at:end])


def a_slice_of_another(line: bytes, other: bytes, chance: random.Random) -> bytes:
    """Take what stands at the same place of another line."""
    at, end = _anywhere(line, chance, chance.randrange(1, 80))
    return _put(line, (at, end), other[at:end])


def the_end_of_another(line: bytes, other: bytes, chance: random.Random) -> bytes:
    """Go on as another line does, from somewhere."""
    at, _ = _anywhere(other, chance)
    return _put(line, (_anywhere(line, chance)[0], len(line)), other[at:])


def a_piece_somewhere(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Put something odd anywhere."""
    return _put(line, _anywhere(line, chance), chance.choice(PIECES))


def a_piece_in_a_value(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Put something odd in place of a letter."""
    return _put(line, _letter(line, chance), chance.choice(PIECES))


def other_letters(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Put other letters in place of some, which is mostly harmless."""
    for _time in range(chance.choice((1, 1, 5, 20))):
        line = _put(line, _letter(line, chance), chance.choice(LETTERS))
    return line


def another_digit(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Put another digit in place of one, or something else that is part of numbers."""
    return _put(line, _like(_DIGIT, line, chance), chance.choice(DIGITS))


def a_longer_value(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Repeat a letter of a value as often as may be just enough."""
    at, end = _letter(line, chance)
    return _put(line, (at, at), line[at:end] * chance.choice((1, 1, 2, 10, 50, 100, 1000, 4000)))


def a_shorter_value(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Leave out the end of a value, mostly a letter or digit of it."""
    at, end = _value(line, chance)
    end -= line[at:end].endswith(b'"')
    return _put(line, (max(at, end - chance.choice((1, 1, 1, 2, 20))), end), b"")


def an_escape(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Write a letter as an escape, which means the same in a text."""
    at, end = _letter(line, chance)
    return _put(line, (at, end), b"".join(b"\\u%04x" % byte for byte in line[at:end]))


def another_number(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Put a number in place of a value."""
    return _put(line, _value(line, chance), chance.choice(NUMBERS))


def another_value(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Put something odd in place of a value."""
    return _put(line, _value(line, chance), chance.choice(VALUES))


def a_long_text(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Put a text of a length at which something may end in place of a value."""
    return _put(line, _value(line, chance), b'"%s"' % long_text(chance).encode())


def a_value_of_another(line: bytes, other: bytes, chance: random.Random) -> bytes:
    """Put a value of another line in place of one."""
    at, end = _value(other, chance)
    return _put(line, _value(line, chance), other[at:end])


def another_case(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Write a name or a value in another case."""
    at, end = _like(_NAME_OR_VALUE, line, chance)
    change = chance.choice((bytes.upper, bytes.lower, bytes.title, bytes.swapcase))
    return _put(line, (at, end), change(line[at:end]))


def a_member_twice(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Write a member twice."""
    at, end = _like(_MEMBER, line, chance)
    member = line[at:end]
    return _put(line, (at, at), member if b"," in member[-2:] else member + b",")


def a_blank(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Put blanks before or behind a symbol."""
    at = chance.choice(_like(_SYMBOL, line, chance))
    return _put(line, (at, at), chance.choice(BLANKS))


def another_end(line: bytes, _: bytes, chance: random.Random) -> bytes:
    """Put blanks or carriage returns around the line."""
    blank = chance.choice((*BLANKS, b"\r", b"\r\r"))
    return blank + line if chance.random() < 1 / 4 else line + blank


#: All of them; those that leave a line good most of the time come more often.
TEXT_MUTATIONS: Final[tuple[Mutate, ...]] = (
    *(any_byte, another_bit, one_more_byte, some_left_out, some_twice, the_end_of_another),
    *(a_piece_somewhere, a_piece_in_a_value, an_escape, another_number, another_value),
    *(a_long_text, a_value_of_another, another_case, a_member_twice, a_blank, another_end),
    *(other_letters, another_digit, a_longer_value, a_shorter_value, a_slice_of_another) * 3,
)
