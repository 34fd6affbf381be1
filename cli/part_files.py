"""The parts of a validation as files: drafts first, and in the end all in a folder or none."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final, Self

from shared.domain.device_line import Order
from shared.domain.formats.format import Format
from shared.domain.parts import Open, Part, Write


#: The parts that people get as they are.
PLAIN: Final = (Part.DEVICES, Part.REJECTED, Part.REJECTED_CSV, Part.SKIPPED, Part.WARNINGS)
#: The rejected entries as a file of the sender's own format, whose ending follows.
RETRY: Final = "retry."
BUFFER: Final = 1 << 18


def is_part_file(name: str) -> bool:
    """Tell whether a file of this name may be written."""
    return name in PLAIN or name.startswith(RETRY)


class PartFiles:
    """The `Parts` as files.

    Args:
        draft: A folder of their own.
    """

    def __init__(self, draft: Path) -> None:
        self._draft = draft

    @classmethod
    @contextmanager
    def in_folder(cls, folder: Path | None) -> Iterator[Self]:
        """Keep drafts in a folder, which is made if it is not there; None is the system's own.

        What is not published is gone at the end, and nobody else can read it before.
        """
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".validation-", dir=folder) as draft:
            yield cls(Path(draft))

    @contextmanager
    def replace(self, *parts: Part) -> Iterator[Open]:
        """Open parts for writing; see `Parts`."""
        files: dict[tuple[Part, Order], BinaryIO] = {}
        with ExitStack() as stack:

            def opened(part: Part, order: Order) -> Write:
                if (part, order) not in files:
                    path = self._draft / f"{part}.{order}"
                    files[part, order] = stack.enter_context(path.open("wb", buffering=BUFFER))
                return files[part, order].write

            yield opened
        for part in parts:
            orders = [order for order in Order if (part, order) in files]
            _join(self._draft / part, [self._draft / f"{part}.{order}" for order in orders])

    def read(self, part: Part, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of a part; see `Parts`."""
        with (self._draft / part).open("rb") as file:
            file.seek(start)
            left = size
            while chunk := file.read(BUFFER if left is None else min(BUFFER, left)):
                left = left and left - len(chunk)
                yield chunk

    def publish(self, folder: Path, form: Format) -> None:
        """Make the files appear, in place of those of an earlier validation.

        Args:
            folder: On the same disk as the drafts.
            form: The sender's format, for the file of rejected entries.
        """
        retry = f"{RETRY}{form.name}"
        (self._draft / "head").write_bytes(form.head)
        (self._draft / "tail").write_bytes(form.tail)
        entries = self._draft / Part.ENTRIES
        has_entries = entries.stat().st_size > 0
        pieces = (self._draft / "head", entries, self._draft / "tail") if has_entries else ()
        _join(self._draft / retry, pieces)
        for name in (*PLAIN, retry):
            (self._draft / name).replace(folder / name)


def _join(whole: Path, pieces: Sequence[Path]) -> None:
    """Make one file of several; the first one, by far the largest, is just renamed."""
    if not pieces:
        whole.write_bytes(b"")
        return
    pieces[0].replace(whole)
    for piece in pieces[1:]:
        with piece.open("rb") as content, whole.open("ab") as end:
            shutil.copyfileobj(content, end, 1 << 20)
        piece.unlink()
