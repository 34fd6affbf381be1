"""Faults that tests inject on the way between a sender and an entity."""

from collections import deque
from collections.abc import Callable

from emulators.service_bus.state.refusals import Injected


type Acknowledge = Callable[[], None]


class Faults:
    """The faults of all entities, by name."""

    def __init__(self) -> None:
        self._conditions: dict[str, deque[str]] = {}
        self._held: dict[str, list[Acknowledge]] = {}

    def fail_sends(self, entity: str, condition: str, times: int) -> None:
        """Reject the next transfers to an entity with an AMQP condition.

        Raises:
            ValueError: Less than one transfer is no fault.
        """
        if times < 1:
            message = f"a fault strikes at least once, not {times} times"
            raise ValueError(message)
        self._conditions.setdefault(entity, deque()).extend([condition] * times)

    def strike(self, entity: str) -> None:
        """Fail the transfer that just came, if it is one of those.

        Raises:
            Injected: It is.
        """
        if conditions := self._conditions.get(entity):
            raise Injected(conditions.popleft())

    def hold_acks(self, entity: str) -> None:
        """Accept and store messages from now on, but tell no sender so."""
        self._held.setdefault(entity, [])

    def release_acks(self, entity: str) -> None:
        """Tell the senders that still wait, and all others at once from now on."""
        for acknowledge in self._held.pop(entity, []):
            acknowledge()

    def acknowledge(self, entity: str, acknowledge: Acknowledge) -> None:
        """Tell a sender that its message is stored, now or when acks are released."""
        if entity in self._held:
            self._held[entity].append(acknowledge)
        else:
            acknowledge()
