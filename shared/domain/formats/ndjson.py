"""NDJSON: one JSON object a line, as IoT Hub exports and imports it."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from shared.domain.block_judge import Block
from shared.domain.device_line import CUT, MAX_LINE_BYTES, Skipped
from shared.domain.finding import Finding, Violation
from shared.domain.formats.chunks import gathered, peek
from shared.domain.formats.format import Piece
from shared.domain.formats.json_entries import JsonEntries
from shared.domain.rules import Code


#: Bytes of the first block, and of the largest. The first is small, so that learning starts early.
FIRST_BLOCK: Final = 16 * 1024
BLOCK: Final = 256 * 1024
#: Our own lines are longer than the sender's by what was added to them.
_UNCUT: Final = 2 * MAX_LINE_BYTES
_NOTICE: Final = re.compile(rb'[A-Za-z][^ {}\[\]"\n]{0,60} [^{}\[\]"\n]{0,500}\n(?=\{)')


class Ndjson(JsonEntries):
    """The `Format` of lines."""

    name = "ndjson"
    head = b""
    separator = b"\n"
    tail = b"\n"

    def pieces(self, chunks: Iterable[bytes]) -> Iterator[Piece]:
        """Yield the lines in blocks; see `Format`. Only the line feed ends a line.

        A first line with a sentence before lines of JSON is the notice of an export without keys.
        """
        beginning, chunks = peek(chunks, FIRST_BLOCK)
        number = 1
        if notice := _NOTICE.match(beginning):
            yield Skipped(1, Violation(1, None, Finding("", Code.EXPORT_NOTICE)))
            number = 2
            chunks = chain((next(chunks)[notice.end() :],), chunks)
        for lines in line_blocks(chunks, CUT):
            block = Block(number, lines)
            yield block
            number += block.count


def split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file of ours without their line feeds; the last one may lack it."""
    for lines in line_blocks(chunks):
        yield from lines.split(b"\n")[:-1]


def line_blocks(chunks: Iterable[bytes], limit: int = _UNCUT) -> Iterator[bytes]:
    """Yield whole lines in blocks; of one that chunks cut in two, at least `limit` bytes.

    Unicode's other line separators may stand inside JSON strings, so they end no line.
    """
    size = FIRST_BLOCK
    pending = b""  # how the next line begins
    for chunk in gathered(chunks, BLOCK):
        start, last = 0, chunk.rfind(b"\n") + 1
        while start < last:
            end = _end_of_block(chunk, start, last, size)
            yield pending + chunk[start:end]
            pending, start, size = b"", end, BLOCK
        pending = (pending + chunk[last:])[:limit]
    if pending:
        yield pending + b"\n"


def _end_of_block(chunk: bytes, start: int, last: int, size: int) -> int:
    """Return where whole lines of about `size` bytes end; a small rest goes with them."""
    if last - start <= size + size // 16:
        return last
    return chunk.rfind(b"\n", start, start + size) + 1 or chunk.index(b"\n", start) + 1
