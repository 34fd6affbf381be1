"""The containers of all attempts in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from shared.ports import AttemptRef


@dataclass
class FakeExchange:
    """The `ExchangeContainers` port in memory."""

    #: When each container was made, by import and attempt.
    made: dict[tuple[str, int], datetime] = field(default_factory=dict)

    def made_before(self, when: datetime) -> Iterator[AttemptRef]:
        """Yield the attempts whose containers are old."""
        for (import_id, number), made in list(self.made.items()):
            if made < when:
                yield AttemptRef(import_id, number, 0)

    def make(self, ref: AttemptRef, at: datetime) -> None:
        """Make the container of an attempt."""
        self.made[ref.import_id, ref.number] = at

    def remove(self, ref: AttemptRef) -> None:
        """Forget a container."""
        self.made.pop((ref.import_id, ref.number), None)
