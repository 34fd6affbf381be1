"""What was made for attempts, in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from shared.ports import AttemptRef


@dataclass
class FakeMadeForAttempts:
    """The `MadeForAttempts` port in memory."""

    #: When something was made, by import and attempt.
    made: dict[tuple[str, int], datetime] = field(default_factory=dict)

    def made_before(self, when: datetime) -> Iterator[AttemptRef]:
        """Yield the attempts for which something old is there."""
        for (import_id, number), made in list(self.made.items()):
            if made < when:
                yield AttemptRef(import_id, number, 0)

    def make(self, ref: AttemptRef, at: datetime) -> None:
        """Make something for an attempt."""
        self.made[ref.import_id, ref.number] = at

    def remove(self, ref: AttemptRef) -> None:
        """Forget what was made for an attempt."""
        self.made.pop((ref.import_id, ref.number), None)
