"""Sorts the accepted lines of a block by the order in which they must reach the hub.

Most lines of most blocks are for devices and go on as they are, so only the others are touched.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import NamedTuple

from shared.domain.device_line import Order


class AcceptedLines(NamedTuple):
    """Accepted lines that may reach the hub together, in their order."""

    #: The canonical lines, with their line feeds.
    text: bytes
    #: For each of them its number, and what may stand in the file only once.
    numbers: array[int]
    keys: Sequence[bytes]


class Sheets:
    """The accepted lines of a block, sorted by their orders.

    All lines stay on that of devices, as they are, but for those that are taken off.

    Args:
        lines: The whole block.
        first: The number of its first line.
        keys: What each line that stays may be named only once by. Changed by what is put down.
    """

    def __init__(self, lines: bytes, first: int, keys: list[bytes]) -> None:
        self.first = first
        self._lines = lines
        self._keys = keys
        self._stays = bytearray(b"\1") * len(keys)
        #: Behind the last line that was taken.
        self._behind = 0
        self._devices: list[bytes] = []
        self._others: dict[Order, list[tuple[int, bytes]]] = {}

    def take(self, place: int, span: tuple[int, int]) -> bytes:
        """Take a line off and return it; lines are taken in their order."""
        start, end = span
        self._devices.append(self._lines[self._behind : start])
        self._behind = end + 1
        self._stays[place] = False
        return self._lines[start:end]

    def put(self, place: int, order: Order, text: bytes, key: bytes) -> None:
        """Put the canonical text of the line that was taken on the sheet of its order."""
        self._keys[place] = key
        if order is Order.DEVICE:
            self._stays[place] = True
            self._devices.append(text + b"\n")
        else:
            self._others.setdefault(order, []).append((place, text))

    def by_order(self) -> Iterator[tuple[Order, AcceptedLines]]:
        """Yield all sheets with something on them, in the order of orders."""
        if any(self._stays):
            places = compress(range(self.first, self.first + len(self._keys)), self._stays)
            text = b"".join((*self._devices, self._lines[self._behind :]))
            keys = list(compress(self._keys, self._stays))
            yield Order.DEVICE, AcceptedLines(text, array("I", places), keys)
        for order, lines in sorted(self._others.items()):
            text = b"".join(text + b"\n" for _, text in lines)
            numbers = array("I", (self.first + place for place, _ in lines))
            yield order, AcceptedLines(text, numbers, [self._keys[place] for place, _ in lines])
