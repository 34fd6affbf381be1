"""How large a run of the benchmarks is."""

from dataclasses import dataclass
from typing import Final


QUICK_LINES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Scale:
    """What was asked for on the command line."""

    #: Small files and no goals: only to see that everything runs and agrees.
    quick: bool
    rounds: int
    #: Whether memory is measured at ten million lines as well.
    ten_million: bool

    def lines(self, full: int) -> int:
        """Return how many lines a file of so many lines has in this run."""
        return min(full, QUICK_LINES) if self.quick else full
