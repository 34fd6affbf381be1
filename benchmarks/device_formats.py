"""Writes the same devices in each format that a device file may have."""

import csv
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import batched
from typing import Any, Final


#: Lines that are written at once.
BATCH: Final = 1000
#: The columns of the lines of `device_lines.with_keys`, with the way to each.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id",),
    "importMode": ("importMode",),
    "status": ("status",),
    "authType": ("authentication", "type"),
    "primaryKey": ("authentication", "symmetricKey", "primaryKey"),
    "secondaryKey": ("authentication", "symmetricKey", "secondaryKey"),
    "tags.plant": ("tags", "plant"),
    "tags.line": ("tags", "line"),
}


def as_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield NDJSON."""
    return (line + b"\n" for line in lines)


def as_array(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a JSON array with an object on each line."""
    before = b"[\n"
    for batch in batched(lines, BATCH, strict=False):
        yield before + b",\n".join(batch)
        before = b",\n"
    yield b"\n]\n"


def as_rows(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield CSV with a header, as spreadsheets write it. What is null is not in it."""
    yield _csv([list(COLUMNS)])
    for batch in batched(lines, BATCH, strict=False):
        yield _csv([_row(json.loads(line)) for line in batch])


def as_gzip(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield packed NDJSON."""
    member = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    for batch in batched(lines, BATCH, strict=False):
        yield member.compress(b"".join(as_lines(batch)))
    yield member.flush()


#: Writes a file, by how its name ends.
FORMATS: Final[Mapping[str, Callable[[Iterable[bytes]], Iterator[bytes]]]] = {
    "txt": as_lines,
    "json": as_array,
    "csv": as_rows,
    "txt.gz": as_gzip,
}


def _row(device: Any) -> list[str]:
    return [_cell(device, path) for path in COLUMNS.values()]


def _cell(inside: Any, path: tuple[str, ...]) -> str:
    for name in path:
        inside = inside[name]
    return str(inside)


def _csv(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
