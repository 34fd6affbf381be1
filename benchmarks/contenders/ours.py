"""What the app does with every device file: `shared.domain.validation`."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from benchmarks.contenders.part_files import part_files
from shared.domain.formats.ndjson import Ndjson
from shared.domain.validation import validate


CHUNK: Final = 1 << 20


def run(source: Path, folder: Path) -> tuple[int, int, int]:
    """Validate the file."""
    form = Ndjson()
    with TemporaryFile() as scratch:
        tally = validate(
            lambda: form.pieces(chunks(source)), form, partial(part_files, folder), scratch
        )
    return tally.accepted, tally.rejected, tally.skipped


def chunks(source: Path) -> Iterator[bytes]:
    """Yield the bytes of a file."""
    with source.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK):
            yield chunk
