"""Reads files entry by entry, cut anywhere."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hypothesis import strategies as st

from shared.domain.block_judge import Block
from shared.domain.device_line import Judged
from shared.domain.formats.format import FileRefused, Format, Piece
from shared.domain.formats.recognition import Kind, recognise


class Entry(NamedTuple):
    """An entry of a block: its number, the line it is told by, and what the sender wrote."""

    number: int
    line: bytes
    source: bytes | None = None


def entries_of(pieces: Iterable[Piece]) -> Iterator[Entry | Judged]:
    """Yield the entries one by one, whatever blocks they came in."""
    for piece in pieces:
        if isinstance(piece, Block):
            lines = piece.lines.split(b"\n")
            assert lines.pop() == b"", "a block ends with a line feed"
            sources = piece.sources or (None,) * len(lines)
            assert len(sources) == len(lines)
            yield from map(Entry, range(piece.first, piece.first + len(lines)), lines, sources)
        else:
            yield piece


def number_of(entry: Entry | Judged) -> int:
    """Return the number of an entry."""
    return entry.number if isinstance(entry, Entry) else entry.line


def read(form: Format, chunks: Iterable[bytes]) -> list[Entry | Judged] | tuple[str, str]:
    """Return all entries of a file, or the code and the text of the refusal."""
    try:
        return list(entries_of(form.pieces(chunks)))
    except FileRefused as refused:
        return refused.code, refused.text


def recognised(
    name: str, chunks: Iterable[bytes], kind: Kind = "devices"
) -> tuple[Format | None, list[Entry | Judged] | tuple[str, str]]:
    """Return the format of a file and what came of reading it; no format if it has none."""
    try:
        form, content = recognise(name, chunks, kind)
    except FileRefused as refused:
        return None, (refused.code, refused.text)
    return form, read(form, content)


#: Sizes of chunks, taken in turn until all is cut.
cuts = st.lists(st.sampled_from([1, 2, 3, 5, 8, 30, 400]), min_size=1, max_size=8)


def cut(content: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    """Yield a file in chunks of these sizes, again and again."""
    at = 0
    while at < len(content):
        for size in sizes:
            if chunk := content[at : at + size]:
                yield chunk
            at += size
