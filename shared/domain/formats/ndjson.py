"""NDJSON: one JSON object a line, as IoT Hub exports and imports it."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from shared.domain.block_judge import Block
from shared.domain.device_line import CUT, MAX_LINE_BYTES, Skipped
from shared.domain.finding import Finding, Violation
from shared.domain.formats.chunks import peek
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
    pending = b""
    for chunk in chunks:
        data = pending + chunk
        start = 0
        while len(data) - start >= size:
            end = data.rfind(b"\n", start, start + size) + 1 or data.find(b"\n", start) + 1
            if not end:
                break
            yield data[start:end]
            start, size = end, BLOCK
        pending = data[start : start + max(size, limit)]
    if pending:
        yield pending if pending.endswith(b"\n") else pending + b"\n"
