"""How messages leave an entity."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final


#: Names of application properties, and of fields of a rejection.
REASON: Final = "DeadLetterReason"
DESCRIPTION: Final = "DeadLetterErrorDescription"


class Settlement(Enum):
    """How a receiver ends its lock on a message."""

    COMPLETE = auto()
    ABANDON = auto()
    RELEASE = auto()  #: give it back as if it had not been delivered
    DEFER = auto()
    DEAD_LETTER = auto()


@dataclass(frozen=True, slots=True)
class DeadLetterReason:
    """Why a message is in a dead-letter queue."""

    reason: str | None = None
    description: str | None = None

    def as_properties(self) -> dict[str, str]:
        """Return the application properties of the dead letter."""
        given = {REASON: self.reason, DESCRIPTION: self.description}
        return {name: text for name, text in given.items() if text is not None}


UNSTATED = DeadLetterReason()
#: The reasons of the service itself: Azure docs, "Overview of Service Bus dead-letter queues".
EXPIRED = DeadLetterReason("TTLExpiredException", "The message expired and was dead lettered.")
NO_SESSION = DeadLetterReason(
    "Session ID is null.",
    "Session enabled entity doesn't allow a message whose session identifier is null.",
)
TOO_MANY_DELIVERIES = DeadLetterReason(
    "MaxDeliveryCountExceeded",
    "Message could not be consumed after the maximum number of delivery attempts.",
)


@dataclass(slots=True)
class Tally:
    """How many messages came into a store, and how they left it."""

    accepted: int = 0
    completed: int = 0
    dead_lettered: int = 0
    expired: int = 0  #: dropped; those that expire into a dead-letter queue count there
