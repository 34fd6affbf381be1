"""Shows how far the reading of a file has come, once it takes a while."""

import time
from collections.abc import Callable, Iterator
from typing import Final, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from cli.source import Source


#: Nothing is shown of what takes less.
SECONDS: Final = 2.0


class ReadingProgress:
    """Watches a source being read, from the beginning of a `with` block to its end.

    Of a file it shows a bar with bytes; of a pipe, whose end nobody knows, the lines.

    Args:
        console: Where it is shown, if that is a terminal.
        clock: Returns seconds that never run backwards.
    """

    def __init__(
        self, source: Source, console: Console, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._source = source
        self._clock = clock
        self._show_at = clock() + SECONDS
        self._is_shown = False
        name = TextColumn("{task.description}", markup=False)
        lines = TextColumn("{task.fields[lines]:,} lines")
        of_file = (name, BarColumn(), DownloadColumn(), TimeRemainingColumn())
        of_pipe = (SpinnerColumn(), name, lines)
        self._display = Progress(
            *(of_pipe if source.size is None else of_file),
            console=console,
            transient=True,
            disable=not console.is_interactive,
        )
        self._task = self._display.add_task(source.name, total=source.size, lines=0)

    def __enter__(self) -> Self:
        """Begin to watch."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take off the screen what was shown."""
        self._display.stop()

    def read(self) -> Iterator[bytes]:
        """Yield what the source yields; see `Source.read`."""
        self._display.reset(self._task, lines=0)
        lines = 0
        for chunk in self._source.read():
            yield chunk
            if self._source.size is None:
                lines += chunk.count(b"\n")
            self._display.update(self._task, advance=len(chunk), lines=lines)
            self._show_in_time()

    def _show_in_time(self) -> None:
        if not self._is_shown and self._clock() >= self._show_at:
            self._is_shown = True
            self._display.start()
