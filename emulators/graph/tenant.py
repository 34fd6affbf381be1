"""One tenant of Intune: its identities, its limits, and what tests order of it."""

from collections import Counter
from pathlib import Path
from typing import Final, Self

from emulators.graph.budget import Budget
from emulators.graph.identifiers import Spelling, normalized
from emulators.graph.identities import Identities
from emulators.iot_hub.faults import Faults


DATABASE: Final = "graph.sqlite"
#: What Graph said when it throttled a client of Intune (IntuneCD#65).
RETRY_AFTER: Final = 10


class Tenant:
    """A tenant apart from any socket. Close it, or use it in a with.

    Args:
        data: Folder that keeps the identities; without it they live in memory.
        budget: How many requests are let through; without it all are.
        item_limit: How many items one call may have; without it any number, for no limit is
            documented.
        spelling: How identifiers of three parts are kept.
        retry_after: For how many seconds an ordered 429 says to wait; None says nothing of it.
    """

    def __init__(
        self,
        *,
        data: Path | None = None,
        budget: Budget | None = None,
        item_limit: int | None = None,
        spelling: Spelling = normalized,
        retry_after: int | None = RETRY_AFTER,
    ) -> None:
        self.identities = Identities(data and data / DATABASE)
        self.budget = budget
        self.item_limit = item_limit
        self.spelling = spelling
        self.retry_after = retry_after
        self.faults = Faults()
        #: How often each operation was called, whatever came of it.
        self.calls: Counter[str] = Counter()

    def __enter__(self) -> Self:
        """Return the tenant."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the tenant."""
        self.close()

    def reset(self) -> None:
        """Become as new: no identities, no enrolled devices, no faults, no calls."""
        self.identities.clear()
        self.faults.clear()
        self.calls.clear()
        if self.budget:
            self.budget.clear()

    def close(self) -> None:
        """Close the database."""
        self.identities.close()
