"""A device file that is recognised once and can be read as often as needed."""

from collections.abc import Callable, Iterable, Iterator

from shared.domain.formats.format import Piece
from shared.domain.formats.recognition import Kind, recognise


class DeviceFile:
    """One version of a file.

    Args:
        name: Its name, which tells the format where the content does not.
        read: Yields the bytes of the file from its beginning, each time it is called.
        kind: What the file is about.

    Raises:
        FileRefused: It is nothing that can be read.
    """

    def __init__(
        self,
        name: str,
        read: Callable[[], Iterator[bytes]],
        kind: Kind = "devices",
    ) -> None:
        self._name = name
        self._read = read
        self._kind = kind
        self.form, chunks = recognise(name, read(), kind)
        self._first: Iterator[bytes] | None = chunks

    def pieces(self) -> Iterable[Piece]:
        """Yield the entries from the beginning; see `Format.pieces`."""
        chunks, self._first = self._first, None
        if chunks is None:
            _, chunks = recognise(self._name, self._read(), self._kind)
        return self.form.pieces(chunks)
