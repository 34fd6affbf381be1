"""Finds single lines in a block of lines without splitting it."""

from collections.abc import Iterable, Iterator


def spans_of(lines: bytes, places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield where some lines start and end, by ascending places; the first line's place is 0.

    Line feeds are found one after the other, for that is faster than to split all lines.
    """
    start = passed = 0
    for place in places:
        for _ in range(place - passed):
            start = lines.find(b"\n", start) + 1
        passed = place
        yield start, lines.find(b"\n", start)
