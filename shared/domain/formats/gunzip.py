"""Unpacks gzip data as a stream, within bounds: a small file can grow to any size.

Source: RFC 1952. A file of several members is read in different ways by different tools, so only
one is taken.
"""

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from shared.domain.formats.chunks import gathered
from shared.domain.formats.refusals import RefusalCode, refused


MAGIC: Final = b"\x1f\x8b"
#: Most that any file may grow to: ten million devices with keys are 3.4 GB.
MAX_BYTES: Final = 4 << 30
#: Most that it may grow by, from the size on at which that matters. Devices with keys shrink to a
#: third, and those without to a fiftieth; zlib's own limit is about a thousandth.
MAX_RATIO: Final = 100
FREE_BYTES: Final = 64 << 20

_GZIP: Final = 16 + zlib.MAX_WBITS
_PIECE: Final = 256 * 1024
_UNPACKED: Final = 1 << 20


def unpacked(chunks: Iterable[bytes], limit: int = MAX_BYTES) -> Iterator[bytes]:
    """Yield what gzip data holds, in chunks of at most one megabyte.

    Args:
        chunks: The data, cut anywhere.
        limit: Most bytes that it may grow to.

    Raises:
        FileRefused: It is damaged, has more than one member, or grows beyond its bounds.
    """
    member = zlib.decompressobj(_GZIP)
    packed = grown = 0
    pieces = _pieces(chunks)
    for piece in pieces:
        packed += len(piece)
        for data in _inflated(member, piece):
            grown += len(data)
            _check_growth(packed, grown, limit)
            yield data
        if member.eof:
            _check_end(chain((member.unused_data,), pieces))
            return
    raise refused(RefusalCode.GZIP_BROKEN, why="it is cut off")


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), _PIECE):
            yield chunk[start : start + _PIECE]


def _inflated(member: "zlib._Decompress", piece: bytes) -> Iterator[bytes]:
    while piece and not member.eof:
        try:
            data = member.decompress(piece, _UNPACKED)
        except zlib.error as error:
            why = str(error).rpartition(": ")[2]
            raise refused(RefusalCode.GZIP_BROKEN, why=why) from None
        if data:
            yield data
        piece = member.unconsumed_tail


def _check_growth(packed: int, grown: int, limit: int) -> None:
    if grown > limit:
        raise refused(RefusalCode.GZIP_BOMB, limit=f"{limit >> 20:,} MB")
    if grown > FREE_BYTES and grown > packed * MAX_RATIO:
        raise refused(RefusalCode.GZIP_BOMB, limit=f"{MAX_RATIO} times its size")


def _check_end(rest: Iterable[bytes]) -> None:
    """Allow zeros behind the member, with which some tools fill up blocks."""
    rest = gathered(rest)
    for data in rest:
        if behind := data.lstrip(b"\0"):
            if (behind + next(rest, b"")).startswith(MAGIC):
                raise refused(RefusalCode.GZIP_MANY_MEMBERS)
            raise refused(RefusalCode.GZIP_BROKEN, why="something else stands behind it")
