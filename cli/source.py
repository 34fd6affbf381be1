"""A device file as the command line is given it: a file, or standard input."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from os import SEEK_END
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Final


CHUNK_BYTES: Final = 1 << 20
STANDARD_INPUT: Final = Path("-")


class Source:
    """Bytes that can be read as often as needed.

    Args:
        name: What it is called.
        stream: Where the bytes come from, from where it stands.
        copy: An empty file. It keeps what comes from a pipe, which gives its bytes only once.
    """

    def __init__(self, name: str, stream: BinaryIO, copy: BinaryIO) -> None:
        self.name = name
        self._stream = stream
        self._copy = copy
        self._start = stream.tell() if stream.seekable() else None
        #: How many bytes there are; None for a pipe, which does not tell.
        self.size = None if self._start is None else stream.seek(0, SEEK_END) - self._start

    def read(self) -> Iterator[bytes]:
        """Yield all bytes from the beginning, in chunks of one megabyte.

        Of a pipe the first reading must have come to its end before a second one.
        """
        if self._start is not None:
            self._stream.seek(self._start)
            yield from _chunks(self._stream)
            return
        self._copy.seek(0)
        yield from _chunks(self._copy)
        for chunk in _chunks(self._stream):
            self._copy.write(chunk)
            yield chunk


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open a file, or standard input for `-`.

    Raises:
        OSError: It cannot be read.
    """
    with TemporaryFile() as copy:
        if path == STANDARD_INPUT:
            yield Source("standard input", sys.stdin.buffer, copy)
            return
        with path.open("rb") as stream:
            yield Source(path.name, stream, copy)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk
