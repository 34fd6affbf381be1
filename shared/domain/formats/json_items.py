"""Cuts a JSON array into its items without parsing them.

Almost every item is an object that stands in one piece before a comma: `ArrayItems.run` takes
those with one regular expression each. `ArrayItems.next_item` takes whatever else there is, bit by
bit: the item that the end of a chunk cuts in two, one too long to be kept, and what is broken.
Brackets are only counted; whether the right one closes is for whoever parses the item. Where one
is missing, what follows belongs to the same item: nothing inside of a device is taken for one.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from shared.domain.device_line import MAX_LINE_BYTES
from shared.domain.formats.chunks import gathered


#: Brackets in brackets that one regular expression goes over; a device nests no deeper.
DEPTH: Final = 14

_SPACE: Final = rb"[ \t\r\n]*+"
#: A text has no line end, so a quote that is missing spoils no more than its line, unless the last
#: bracket of an item stands there.
_TEXT: Final = rb'"[^"\\\r\n]*+(?:\\[^\r\n][^"\\\r\n]*+)*+"'


def _content(depth: int) -> bytes:
    """Return the expression of what may stand between two brackets."""
    flat = rb'[^"{}\[\]]*+(?:' + _TEXT + rb'[^"{}\[\]]*+)*+'
    return (
        flat + rb"(?:[{\[]" + _content(depth - 1) + rb"[}\]]" + flat + rb")*+" if depth else flat
    )


_OBJECT: Final = re.compile(_SPACE + rb"(\{" + _content(DEPTH) + rb"[}\]])" + _SPACE + rb",")
_BETWEEN: Final = re.compile(_SPACE)
#: What needs no closer look, inside of brackets, outside of all, and in a text.
_INSIDE: Final = re.compile(_content(DEPTH))
_OUTSIDE: Final = re.compile(rb'[^"{}\[\],]*+')
_IN_TEXT: Final = re.compile(rb'(?:[^"\\\r\n]++|\\[^\r\n])*+')


def one_line(text: bytes) -> bytes:
    """Return JSON without line ends. No text of JSON has one, so no value changes."""
    if b"\n" not in text and b"\r" not in text:
        return text
    return b" ".join(line.strip(b" \t") for line in text.splitlines())


class Item(NamedTuple):
    """What stands between two commas of an array."""

    #: Without the space around it; only the beginning, if it is `long`.
    text: bytes
    #: Whether it is longer than `MAX_LINE_BYTES`.
    long: bool
    #: What stands behind it: a comma, the end of the array, an opening bracket where a comma is
    #: missing, or nothing where the file ends.
    before: bytes
    #: Whether it has an end: all of its brackets are closed, and the text that it may end with.
    closed: bool
    #: Whether a text in it goes over the end of its line.
    torn: bool


class ArrayItems:
    """The items of one array, one after the other. No more than one and a chunk is kept.

    Args:
        chunks: The bytes of the file, cut anywhere.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = gathered(chunks)
        self._data = b""
        self._at = 0
        self._kept = bytearray()
        self._long = False

    def begin(self) -> bool:
        """Take the bracket that opens the array; tell whether it was there."""
        self._go_over(_BETWEEN)
        return self._take() == b"["

    def run(self, size: int) -> list[bytes]:
        """Return objects that stand in one piece before a comma, `size` bytes or a bit more.

        None is longer than `MAX_LINE_BYTES`.
        """
        items: list[bytes] = []
        at, stop = self._at, self._at + size
        while at < stop and (match := _OBJECT.match(self._data, at, at + MAX_LINE_BYTES)):
            items.append(match[1])
            at = match.end()
        self._at = at
        return items

    def next_item(self) -> Item:
        """Return whatever stands before the next comma or the end of the array."""
        self._start_anew()
        depth, torn = 0, False
        while True:
            self._go_over(_INSIDE if depth else _OUTSIDE)
            byte = self._look()
            if not byte or (not depth and self._is_end(byte)):
                break
            self._take()
            if byte == b'"':
                torn |= not self._text()
            else:
                depth = max(0, depth + (1 if byte in b"{[" else -1))
        text = bytes(self._kept).rstrip(b" \t\r\n")
        is_long = self._long or len(text) > MAX_LINE_BYTES
        if byte in b",]":
            self._take()
        return Item(text, is_long, byte, not depth and bool(byte or not torn), torn)

    def rest(self) -> bytes:
        """Read to the end of the file; return how it begins behind the array."""
        self._start_anew()
        while self._look():
            self._keep(len(self._data))
        return bytes(self._kept)

    def _start_anew(self) -> None:
        self._go_over(_BETWEEN)
        self._kept.clear()
        self._long = False

    def _is_end(self, byte: bytes) -> bool:
        return byte in b",]" or (byte in b"{[" and bool(self._kept))

    def _text(self) -> bool:
        """Go over the rest of a text; tell whether it is closed on its line."""
        while True:
            self._go_over(_IN_TEXT)
            byte = self._take()
            if byte != b"\\":  # which is left only where a chunk ends behind it
                return byte == b'"'
            if self._look() not in b"\r\n":
                self._take()

    def _go_over(self, pattern: re.Pattern[bytes]) -> None:
        """Take all that the pattern goes over, in as many chunks as it may be."""
        while match := pattern.match(self._data, self._at):
            self._keep(match.end())
            if self._at < len(self._data) or not self._look():
                return

    def _take(self) -> bytes:
        byte = self._look()
        self._keep(self._at + len(byte))
        return byte

    def _look(self) -> bytes:
        """Return the next byte, from the next chunk if need be; nothing at the end of the file."""
        if self._at == len(self._data):
            self._data, self._at = next(self._chunks, b""), 0
        return self._data[self._at : self._at + 1]

    def _keep(self, end: int) -> None:
        """Move on to `end`, and keep what is passed unless it is too much."""
        room = MAX_LINE_BYTES + 1 - len(self._kept)
        self._kept += self._data[self._at : min(end, self._at + room)]
        if end - self._at > room:
            self._long |= bool(self._data[self._at + room : end].strip(b" \t\r\n"))
        self._at = end
