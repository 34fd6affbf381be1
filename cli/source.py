"""A device file as the command line is given it: a file, or standard input."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO, Final, Self


CHUNK_BYTES: Final = 1 << 20
STANDARD_INPUT: Final = Path("-")


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes that can be read once."""

    name: str
    #: How many bytes there are; None for a pipe, which does not tell.
    size: int | None
    stream: BinaryIO

    @classmethod
    def of(cls, name: str, stream: BinaryIO) -> Self:
        """Return the bytes of a stream from where it stands."""
        if not stream.seekable():
            return cls(name, None, stream)
        start = stream.tell()
        size = stream.seek(0, SEEK_END) - start
        stream.seek(start)
        return cls(name, size, stream)

    def read(self) -> Iterator[bytes]:
        """Yield all bytes, in chunks of one megabyte."""
        while chunk := self.stream.read(CHUNK_BYTES):
            yield chunk


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open a file, or standard input for `-`.

    Raises:
        OSError: It cannot be read.
    """
    if path == STANDARD_INPUT:
        yield Source.of("standard input", sys.stdin.buffer)
        return
    with path.open("rb") as stream:
        yield Source.of(path.name, stream)
