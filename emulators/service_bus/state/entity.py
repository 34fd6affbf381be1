"""What a path of the namespace leads to."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from emulators.service_bus.state.brokered import BrokeredMessage
from emulators.service_bus.state.ingress import Ingress, IngressTally
from emulators.service_bus.state.refusals import NotAllowed
from emulators.service_bus.state.settlement import Tally
from emulators.service_bus.state.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What has happened to the messages of one entity, and how many it has now."""

    accepted: int
    duplicates: int  #: reported to the sender as accepted, then dropped
    cancelled: int
    completed: int  #: or received in receive-and-delete mode
    dead_lettered: int
    expired: int  #: dropped at the end of their time to live
    active: int
    locked: int
    deferred: int
    scheduled: int


@dataclass(frozen=True, slots=True)
class Entity:
    """A queue has both sides; a topic is only sent to, all others are only received from."""

    name: str
    ingress: Ingress | None = None
    store: Store | None = None

    def to_send(self) -> Ingress:
        """Return the side for senders.

        Raises:
            NotAllowed: A subscription and a dead-letter queue have none.
        """
        if self.ingress is None:
            message = f"The entity '{self.name}' does not accept messages from senders."
            raise NotAllowed(message)
        return self.ingress

    def to_receive(self) -> Store:
        """Return the side for receivers.

        Raises:
            NotAllowed: A topic has none; its subscriptions do.
        """
        if self.store is None:
            message = f"The entity '{self.name}' is a topic; receive from a subscription."
            raise NotAllowed(message)
        return self.store

    def advance(self) -> None:
        """Let time pass."""
        for side in self._sides():
            side.advance()

    def browse(self, session_id: str | None = None) -> Iterator[BrokeredMessage]:
        """Show every message, in no order: active, locked, deferred, and scheduled."""
        for side in self._sides():
            yield from side.browse(session_id)

    def statistics(self) -> Statistics:
        """Count."""
        left = self.store.tally if self.store else Tally()
        came = self.ingress.tally if self.ingress else IngressTally(accepted=left.accepted)
        kept = Counter("locked" if one.lock else one.state.name.lower() for one in self.browse())
        return Statistics(
            accepted=came.accepted,
            duplicates=came.duplicates,
            cancelled=came.cancelled,
            completed=left.completed,
            dead_lettered=left.dead_lettered,
            expired=left.expired,
            **{name: kept[name] for name in ("active", "locked", "deferred", "scheduled")},
        )

    def _sides(self) -> Iterator[Ingress | Store]:
        return (side for side in (self.ingress, self.store) if side)
