import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from cli.source import CHUNK_BYTES, STANDARD_INPUT, open_source


CONTENT = os.urandom(2 * CHUNK_BYTES + 1)


@contextmanager
def a_pipe(content: bytes) -> Iterator[int]:
    """Yield the end to read from; the other end is closed behind the content."""
    read_end, write_end = os.pipe()

    def fill() -> None:
        with os.fdopen(write_end, "wb") as pipe:
            pipe.write(content)

    writer = Thread(target=fill)
    writer.start()
    yield read_end
    writer.join()


def test_a_file_is_read_in_chunks(tmp_path: Path):
    """Its size is known before."""
    file = tmp_path / "devices.txt"
    file.write_bytes(CONTENT)
    with open_source(file) as source:
        assert source.name == "devices.txt"
        assert source.size == len(CONTENT)
        chunks = list(source.read())
        assert list(map(len, chunks)) == [CHUNK_BYTES, CHUNK_BYTES, 1]
        assert b"".join(chunks) == CONTENT


def test_a_pipe_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch):
    """Nobody knows its size."""
    with a_pipe(CONTENT) as end, os.fdopen(end, "rb") as pipe:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(pipe))
        with open_source(STANDARD_INPUT) as source:
            assert source.size is None
            assert b"".join(source.read()) == CONTENT


def test_a_file_as_standard_input_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It is read from where the shell left it."""
    file = tmp_path / "devices.txt"
    file.write_bytes(b"skipped" + CONTENT)
    with file.open("rb") as stream:
        stream.seek(len(b"skipped"))
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
        with open_source(STANDARD_INPUT) as source:
            assert source.size == len(CONTENT)
            assert b"".join(source.read()) == CONTENT


def test_a_named_pipe_is_read_to_its_end(tmp_path: Path):
    """As the shell's process substitution gives it."""
    name = tmp_path / "pipe"
    os.mkfifo(name)
    writer = Thread(target=name.write_bytes, args=[CONTENT])
    writer.start()
    with open_source(name) as source:
        assert b"".join(source.read()) == CONTENT
    writer.join()


@pytest.mark.parametrize("name", ["missing", "."])
def test_what_cannot_be_read_is_an_error(tmp_path: Path, name: str):
    """A file that is not there, or a folder."""
    with (
        pytest.raises(OSError, match=r"No such file|Is a directory"),
        open_source(tmp_path / name),
    ):
        pass
