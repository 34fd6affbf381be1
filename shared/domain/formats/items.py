"""The format of JSON that is about no devices: objects in lines or in an array, judged singly."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from typing import Any, NamedTuple

from shared.domain.block_judge import Block
from shared.domain.device_line import Judged
from shared.domain.formats.format import Format, Piece


#: Judges an object, given its number and its text.
type Judge = Callable[[int, bytes], Judged]


class Subject(NamedTuple):
    """What objects may be about."""

    #: Tells their layouts from others.
    kind: str
    #: The member that names an object.
    id: str
    judge: Judge


class Items:
    """The `Format` of such objects.

    Args:
        inside: The format of the lines or of the array.
        about: What the objects are about.
    """

    def __init__(self, inside: Format, about: Subject) -> None:
        self._inside = inside
        self._kind, self._id, self._judge = about
        self.name = inside.name
        self.head, self.separator, self.tail = inside.head, inside.separator, inside.tail

    def pieces(self, chunks: Iterable[bytes]) -> Iterator[Piece]:
        """Yield the objects, each judged; see `Format`."""
        for piece in self._inside.pieces(chunks):
            if isinstance(piece, Block):
                lines = piece.lines.split(b"\n")[:-1]
                yield from map(self._judge, count(piece.first), lines)
            else:
                yield piece

    def source_of(self, line: bytes) -> bytes:
        """Return the item itself; see `Format`."""
        return line

    def judged_again(self, line: bytes) -> Judged:
        """Judge a canonical line; see `Format`."""
        return self._judge(0, line)

    def called(self, field: str) -> str:
        """Return the member itself, or the one that names the object; see `Format`."""
        return self._id if field == "id" else field

    def layout(self) -> Mapping[str, Any]:
        """Return the layout of the lines or the array; see `Format`."""
        return {"kind": self._kind, **self._inside.layout()}
