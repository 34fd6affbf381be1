"""The parts of a validation as files in a folder."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from shared.domain.device_line import Order
from shared.domain.parts import Part, Write
from shared.domain.validation import Open


BUFFER: Final = 1 << 18


@contextmanager
def part_files(folder: Path) -> Iterator[Open]:
    """Open the parts for writing; in the end a part in several orders becomes one file."""
    files: dict[tuple[Part, Order], BinaryIO] = {}
    with ExitStack() as stack:

        def opened(part: Part, order: Order) -> Write:
            if (part, order) not in files:
                path = folder / f"{part}.{order}"
                files[part, order] = stack.enter_context(path.open("wb", buffering=BUFFER))
            write: Write = files[part, order].write
            return write

        yield opened
    for part, order in sorted(files):
        _append(folder / f"{part}.{order}", folder / part, first=order is Order.DEVICE)


def _append(piece: Path, whole: Path, *, first: bool) -> None:
    """Put a piece at the end of the whole; the first one, by far the largest, is just renamed."""
    if first:
        piece.replace(whole)
        return
    with piece.open("rb") as content, whole.open("ab") as end:
        shutil.copyfileobj(content, end)
    piece.unlink()
