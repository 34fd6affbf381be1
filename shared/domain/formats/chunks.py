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
    """Return the first `size` bytes of a file, or all if it has no more, and the whole of it.

    So what is told by the beginning does not depend on where the chunks are cut.
    """
    rest = gathered(chunks, size)
    first = next(rest, b"")
    return first[:size], chain((first,), rest)
