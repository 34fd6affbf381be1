"""How long jobs take: the live hub is slow in its own way, tests and demos choose theirs."""

import time
from dataclasses import dataclass
from threading import Event
from typing import Final


#: Lines that are applied in one transaction.
BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Pace:
    """Times in seconds; without any, a job takes as long as its work takes."""

    #: How long a job stays enqueued.
    enqueued: float = 0
    #: How long a job runs at least.
    running: float = 0
    #: How many lines an import job takes in a second at most.
    lines_per_second: float | None = None

    @property
    def batch(self) -> int:
        """How many lines to apply at a time: what a slow job does in a second."""
        return min(BATCH, max(1, int(self.lines_per_second or BATCH)))

    def hold_enqueued(self, stopped: Event) -> None:
        """Wait before the job runs, or until it is stopped."""
        stopped.wait(self.enqueued)

    def hold_running(self, began: float, stopped: Event) -> None:
        """Wait until the job has run long enough; `began` is a `time.monotonic()`."""
        stopped.wait(max(0, began + self.running - time.monotonic()))

    def keep(self, began: float, lines: int, stopped: Event) -> None:
        """Wait until it is time for so many lines to be done."""
        if self.lines_per_second:
            due = began + lines / self.lines_per_second
            stopped.wait(max(0, due - time.monotonic()))
