"""The result queue in memory, with duplicate detection."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.domain.errors import ImporterError
from shared.domain.import_record import Event, ImportRecord


@dataclass
class FakeResults:
    """The `Results` port in memory."""

    #: Every message that arrived, by its id; a repeat changes nothing.
    messages: dict[str, Event] = field(default_factory=dict)
    sends: int = 0
    refuse: ImporterError | None = None

    def send(self, record: ImportRecord, events: Sequence[Event]) -> None:
        """Take events in order."""
        if self.refuse:
            error, self.refuse = self.refuse, None
            raise error
        for event in events:
            self.sends += 1
            self.messages.setdefault(f"{record.id}:{event.seq}", event)
