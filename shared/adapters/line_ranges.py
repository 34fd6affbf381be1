"""Reads lines from the middle of a work file, and no more of it than that."""

from typing import Final

from shared.ports import Work


_WINDOW_BYTES: Final = 256 * 1024


def lines_at(work: Work, path: str, start: int, count: int) -> list[bytes]:
    """Return `count` lines from byte `start` on, with their line feeds.

    There are fewer only if the file is not what it was. Nothing is read behind its end, where
    storage refuses to read: what follows the window is asked for only while lines are missing.
    """
    text = b""
    while text.count(b"\n") < count:
        window = b"".join(work.read(path, start + len(text), _WINDOW_BYTES))
        text += window
        if len(window) < _WINDOW_BYTES:
            break
    return [line + b"\n" for line in text.split(b"\n", count)[:-1]]
