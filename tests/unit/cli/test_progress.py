import io
from pathlib import Path

import pytest
from rich.console import Console

from cli.progress import SECONDS, ReadingProgress
from cli.source import CHUNK_BYTES, Source, open_source


class SlowClock:
    """A clock on which some seconds pass between any two looks."""

    def __init__(self, step: float) -> None:
        self._now = 0.0
        self._step = step

    def __call__(self) -> float:
        self._now += self._step
        return self._now


class Pipe(io.BytesIO):
    """Bytes that come only once."""

    def seekable(self) -> bool:
        return False


def shown(source: Source, step: float, *, terminal: bool = True) -> str:
    """Read a source to its end, and return what was shown."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=terminal, width=120, color_system=None)
    with ReadingProgress(source, console, SlowClock(step)) as progress:
        assert b"".join(progress.read())
    return screen.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "[bold]devices.txt"
    file.write_bytes(b"x\n" * CHUNK_BYTES)
    return file


def test_what_is_quickly_read_is_not_shown(file: Path):
    """Nothing flickers for small files."""
    with open_source(file) as source:
        assert shown(source, step=SECONDS / 100) == ""


def test_a_file_is_shown_with_its_bytes(file: Path):
    """Once it takes longer than two seconds; its name is not taken for markup."""
    with open_source(file) as source:
        text = shown(source, step=SECONDS)
    assert "[bold]devices.txt" in text
    assert "2.1 MB" in text


def test_a_pipe_is_shown_with_its_lines():
    """Nobody knows how much is to come."""
    text = shown(Source.of("standard input", Pipe(b"x\n" * CHUNK_BYTES)), step=SECONDS)
    assert f"{CHUNK_BYTES:,} lines" in text


def test_nothing_is_shown_to_a_file(file: Path):
    """Bars are for people who watch."""
    with open_source(file) as source:
        assert shown(source, step=SECONDS, terminal=False) == ""
