"""Writes the parts of a validation as files into a folder: all of them, or none."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final, Self

from shared.domain.device_line import Order
from shared.domain.formats.format import Format
from shared.domain.parts import Part


#: The parts that people get as they are.
PLAIN: Final = (Part.DEVICES, Part.REJECTED, Part.REJECTED_CSV, Part.SKIPPED, Part.WARNINGS)
#: The rejected entries as a file of the sender's own format, whose ending follows.
RETRY: Final = "retry."


def is_part_file(name: str) -> bool:
    """Tell whether a file of this name may be written."""
    return name in PLAIN or name.startswith(RETRY)


class PartFiles:
    """The parts of one validation, while they are written.

    Args:
        folder: Where they appear in the end.
        draft: An empty folder on the same disk.
    """

    def __init__(self, folder: Path, draft: Path) -> None:
        self._folder = folder
        self._draft = draft

    @classmethod
    @contextmanager
    def in_folder(cls, folder: Path) -> Iterator[Self]:
        """Make the folder if it is not there; what is not published is gone at the end."""
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".validation-", dir=folder) as draft:
            yield cls(folder, Path(draft))

    def clear(self) -> None:
        """Forget what an earlier pass wrote."""
        for file in self._draft.iterdir():
            file.unlink()

    def open(self, part: Part, order: Order) -> BinaryIO:
        """Open what a part has in an order, for writing."""
        return self._path(part, order).open("wb")

    def publish(self, form: Format) -> None:
        """Make the files appear, in place of those of an earlier validation.

        Args:
            form: The sender's format, for the file of rejected entries.
        """
        for part in PLAIN:
            self._join(part, (self._path(part, order) for order in Order))
        self._join(f"{RETRY}{form.name}", self._retry(form))
        for name in (*PLAIN, f"{RETRY}{form.name}"):
            (self._draft / name).replace(self._folder / name)

    def _retry(self, form: Format) -> Iterator[Path]:
        """Yield what makes a file of the rejected entries; nothing if there are none."""
        entries = self._path(Part.ENTRIES, Order.DEVICE)
        if entries.exists():
            (self._draft / "head").write_bytes(form.head)
            (self._draft / "tail").write_bytes(form.tail)
            yield from (self._draft / "head", entries, self._draft / "tail")

    def _join(self, name: str, pieces: Iterable[Path]) -> None:
        with (self._draft / name).open("wb") as file:
            for piece in filter(Path.exists, pieces):
                with piece.open("rb") as content:
                    shutil.copyfileobj(content, file, 1 << 20)

    def _path(self, part: Part, order: Order) -> Path:
        return self._draft / f"{part}.{order}"
