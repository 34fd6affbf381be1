"""What every format offers: its entries as lines, and its own look for what is sent back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from shared.domain.block_judge import Block
from shared.domain.device_line import Judged


#: Some entries as lines, or one that is no line and was judged by the format itself.
type Piece = Block | Judged


class FileRefused(Exception):
    """The file as a whole cannot be read. `code` is stable, the text says what to do instead."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Format(Protocol):
    """One format of device files. Entries are lines, rows or items, counted from 1.

    A file of the format is its head, entries with the separator between them, and its tail. They
    are known when the first piece has been read.
    """

    #: What people call it, and how files of it end: ndjson, json, csv.
    name: str
    head: bytes
    separator: bytes
    tail: bytes

    def pieces(self, chunks: Iterable[bytes]) -> Iterator[Piece]:
        """Yield all entries of a file in order, each under its number, with none left out.

        Blocks number their lines without gaps from their first; an entry that cannot be told as a
        line is yielded by itself. `sources` of a block are the entries as the sender wrote them.

        Args:
            chunks: The bytes of the file, without byte order mark, cut anywhere.

        Raises:
            FileRefused: The file cannot be read on.
        """
        ...

    def source_of(self, line: bytes) -> bytes:
        """Return a canonical line as an entry of the format."""
        ...

    def judged_again(self, line: bytes) -> Judged:
        """Judge a canonical line, which is as good as it was when it was accepted."""
        ...

    def called(self, field: str) -> str:
        """Return what the sender calls the field with this path: a table, by its column."""
        ...

    def layout(self) -> Mapping[str, Any]:
        """Return what is needed to write more entries of this file later, ready for JSON."""
        ...
