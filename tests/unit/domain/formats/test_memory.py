"""Memory does not grow with a file, whatever is endless in it."""

import io
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, repeat

import pytest

from shared.domain.formats.format import FileRefused
from shared.domain.formats.recognition import Kind, recognise
from shared.domain.formats.refusals import RefusalCode
from shared.domain.parts import Open, Part
from shared.domain.rules import Code
from shared.domain.validation import validate
from tests.unit.domain.formats.hostile.gzips import bomb


MEGABYTE = 1 << 20
SIZE = 104  # megabytes
#: What reading may take: some chunks and blocks, and never what is endless.
PEAK = 12 * MEGABYTE
LONG_LINE = b"x," * 4000 + b"\n"


def endless(beginning: bytes, again: bytes, end: bytes = b"") -> Callable[[], Iterator[bytes]]:
    """Return how a large file is read: its beginning, then the same again and again, its end."""
    chunk = again * (MEGABYTE // len(again))
    return lambda: chain([beginning], repeat(chunk, SIZE), [end])


class Nowhere:
    """The `Parts` that nobody keeps."""

    @contextmanager
    def replace(self, *_: Part) -> Iterator[Open]:
        """Take bytes and forget them."""
        yield lambda *_: len

    def read(self, *_: object) -> Iterator[bytes]:
        """Yield nothing."""
        return iter(())


def found_in(read: Callable[[], Iterator[bytes]], kind: Kind) -> tuple[set[str], int]:
    """Return how a file ends, and the most bytes that were in use."""
    tracemalloc.start()
    try:
        form, chunks = recognise("devices", read(), kind)
        tally = validate(form.pieces(chunks), form, Nowhere(), io.BytesIO())
        ends = {str(code) for code in tally.found}
    except FileRefused as refused:
        ends = {refused.code}
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return ends, peak


@pytest.mark.parametrize(
    ("read", "ends"),
    [
        pytest.param(endless(b'{"id":"', b"x", b'"}\n'), Code.LINE_TOO_LONG, id="line"),
        pytest.param(endless(b'{"id":', b" ", b'"a"}\n'), Code.LINE_TOO_LONG, id="line of blanks"),
        pytest.param(endless(b'[{"id":"', b"x", b'"}]'), Code.LINE_TOO_LONG, id="item"),
        pytest.param(endless(b'[{"id":"', b"\\\\", b'"}]'), Code.LINE_TOO_LONG, id="escapes"),
        pytest.param(
            endless(b"[[", b'{"a":[1]},', b"1]]"), Code.LINE_TOO_LONG, id="item of items"
        ),
        pytest.param(endless(b'[{"id":"', b"x"), RefusalCode.NOT_A_JSON_ARRAY, id="text"),
        pytest.param(endless(b"[1", b" ", b",]"), Code.NOT_JSON, id="blanks in an array"),
        pytest.param(endless(b"[1]", b"x"), Code.NOT_JSON, id="something behind an array"),
        pytest.param(endless(b"id,status\na,", b"x", b"\nb,\n"), Code.LINE_TOO_LONG, id="cell"),
        pytest.param(endless(b"id,status\na", b",", b"\nb,\n"), Code.LINE_TOO_LONG, id="row"),
        pytest.param(
            endless(b'id,status\n"', LONG_LINE, b'",\n'), Code.BAD_QUOTES, id="quoted cell"
        ),
        pytest.param(endless(b'id,status\n"', b'""', b'",\n'), Code.LINE_TOO_LONG, id="quotes"),
        pytest.param(
            endless(b'id,status\n"', LONG_LINE), RefusalCode.CSV_UNCLOSED_QUOTE, id="endless quote"
        ),
        pytest.param(lambda: bomb(4 * 1024), RefusalCode.GZIP_BOMB, id="gzip bomb"),
    ],
)
def test_memory_stays_flat(read: Callable[[], Iterator[bytes]], ends: str):
    """Though one entry is larger than all memory that there may be."""
    found, peak = found_in(read, "devices")
    assert ends in found
    assert peak < PEAK


@pytest.mark.parametrize(
    ("read", "ends"),
    [
        pytest.param(endless(b'{"a":"', b"x", b'"}\n'), Code.LINE_TOO_LONG, id="line"),
        pytest.param(endless(b"SN1,", b"x", b"\nSN2\n"), Code.LINE_TOO_LONG, id="row"),
        pytest.param(endless(b'"', LONG_LINE), RefusalCode.CSV_UNCLOSED_QUOTE, id="endless quote"),
    ],
)
def test_memory_stays_flat_for_identifiers(read: Callable[[], Iterator[bytes]], ends: str):
    """Whose entries are judged one by one."""
    found, peak = found_in(read, "intune")
    assert ends in found
    assert peak < PEAK
