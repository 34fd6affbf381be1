"""What the app does with every device file: `shared.domain.validation`."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from cli.part_files import PartFiles
from shared.domain.formats.recognition import recognise
from shared.domain.tally import Tally
from shared.domain.validation import validate


CHUNK: Final = 1 << 20


def run(source: Path, folder: Path) -> Tally:
    """Validate the file."""
    form, chunks = recognise(source.name, chunks_of(source))
    with TemporaryFile() as scratch:
        return validate(form.pieces(chunks), form, PartFiles(folder), scratch)


def chunks_of(source: Path) -> Iterator[bytes]:
    """Yield the bytes of a file."""
    with source.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK):
            yield chunk
