"""The bytes of a file as they arrive: cut anywhere."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final


#: Bytes in a chunk below which work on single chunks does not pay.
CHUNK: Final = 64 * 1024


def gathered(chunks: Iterable[bytes], size: int = CHUNK) -> Iterator[bytes]:
    """Yield the same bytes, small chunks put together to `size` or more."""
    pending: list[bytes] = []
    waiting = 0
    for chunk in chunks:
        pending.append(chunk)
        waiting += len(chunk)
        if waiting >= size:
            yield b"".join(pending)
            pending, waiting = [], 0
    if waiting:
        yield b"".join(pending)


def peek(chunks: Iterable[bytes], size: int = CHUNK) -> tuple[bytes, Iterator[bytes]]:
    """Return how a file begins, in `size` bytes or more if it has them, and the whole of it."""
    rest = gathered(chunks, size)
    beginning = next(rest, b"")
    return beginning, chain((beginning,), rest)
