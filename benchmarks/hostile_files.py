"""Files that somebody might send to fill up the memory."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import repeat
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.kept_files import kept_file


#: Yields the bytes of a file, at so many hundredths of its full size.
type Content = Callable[[int], Iterator[bytes]]

MEGABYTE: Final = 1 << 20


class Hostile(NamedTuple):
    """One hostile file."""

    about: str
    content: Content


def _endless(before: bytes, piece: bytes, behind: bytes = b"") -> Content:
    """Make 300 MB of the same between two others."""

    def content(hundredths: int) -> Iterator[bytes]:
        yield before
        yield from repeat(piece * (MEGABYTE // len(piece)), 3 * hundredths)
        yield behind

    return content


def _million(before: bytes, line: Callable[[int], bytes], behind: bytes = b"") -> Content:
    """Make a million lines between two others; each is made from its number."""

    def content(hundredths: int) -> Iterator[bytes]:
        yield before
        yield from map(line, range(10_000 * hundredths))
        yield behind

    return content


def _bomb(hundredths: int) -> Iterator[bytes]:
    """Yield what a thousand times as many spaces are packed to."""
    member = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    yield member.compress(b'{"id":"device"}\n')
    for spaces in repeat(b" " * MEGABYTE, 10 * hundredths):
        yield member.compress(spaces)
    yield member.flush()


def _differs_by_case(number: int) -> bytes:
    word = b"DEVICE" if number % 2 else b"device"
    return b'{"id":"%s-%d"}\n' % (word, number // 2)


#: What is hostile about each file, by its name.
HOSTILE: Final[Mapping[str, Hostile]] = {
    "line.txt": Hostile("one endless line", _endless(b'{"id":"', b"x", b'"}\n')),
    "blank.txt": Hostile("nothing but line ends", _million(b"{}", lambda _: b"\n")),
    "bad.txt": Hostile(
        "every line with a mistake", _million(b"", lambda number: b'{"id":"no %d"}\n' % number)
    ),
    "same.txt": Hostile(
        "every line about the same device", _million(b"", lambda _: b'{"id":"device"}\n')
    ),
    "twice.txt": Hostile(
        "every device twice", _million(b"", lambda number: b'{"id":"d-%d"}\n' % (number // 2))
    ),
    "case.txt": Hostile("every id again in another case", _million(b"", _differs_by_case)),
    "modules.txt": Hostile(
        "modules without their devices",
        _million(b"", lambda number: b'{"id":"d-%d","moduleId":"m"}\n' % number),
    ),
    "names.txt": Hostile(
        "in every twin a name of its own",
        _million(b"", lambda number: b'{"id":"d-%d","tags":{"n%d":1}}\n' % (number, number)),
    ),
    "bomb.txt.gz": Hostile("a gzip bomb", _bomb),
    "item.json": Hostile("an array with one endless item", _endless(b'[{"id":"', b"x", b'"}]')),
    "objects.json": Hostile(
        "an array of empty objects", _million(b"[", lambda _: b"{},", b'{"id":"device"}]')
    ),
    "quote.csv": Hostile(
        "a quote that is never closed", _endless(b'id,status\n"', b"device,enabled\n")
    ),
    "empty.csv": Hostile("nothing but empty rows", _million(b"id,status\n", lambda _: b"\n")),
}


def hostile_file(name: str, hundredths: int) -> Path:
    """Return one of the files at so many hundredths of its full size."""
    stem, _, ending = name.partition(".")
    return kept_file(
        f"hostile-{stem}-{hundredths}.{ending}",
        ("hostile_files",),
        lambda: HOSTILE[name].content(hundredths),
    )
