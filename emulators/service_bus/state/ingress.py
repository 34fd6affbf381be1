"""What a sender meets: the rules of the entity, duplicate detection, and the schedule.

Azure docs: "Duplicate detection" (scheduled messages take part), "Message sequencing and
timestamps" (a scheduled message gets a new sequence number when it is due).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from emulators.service_bus.state.brokered import BrokeredMessage, State
from emulators.service_bus.state.clock import Clock
from emulators.service_bus.state.deadlines import Deadlines
from emulators.service_bus.state.duplicates import DuplicateHistory
from emulators.service_bus.state.message import Message
from emulators.service_bus.state.refusals import MessageNotFound, NotAllowed


#: The sequence number of a message that was dropped as a duplicate.
DROPPED = 0


@dataclass(slots=True)
class IngressTally:
    """How many messages were sent."""

    accepted: int = 0
    duplicates: int = 0  #: reported as accepted, then dropped
    cancelled: int = 0  #: scheduled, then taken back


class Ingress:
    """The way into a queue or a topic."""

    def __init__(
        self,
        enqueue: Callable[[Message], int],
        numbers: Iterator[int],
        history: DuplicateHistory,
        clock: Clock,
        *,
        requires_session: bool = False,
    ) -> None:
        """Pass messages to `enqueue` when they are due; `numbers` name them until then."""
        self.tally = IngressTally()
        self._enqueue = enqueue
        self._numbers = numbers
        self._history = history
        self._clock = clock
        self._requires_session = requires_session
        self._scheduled: dict[int, BrokeredMessage] = {}
        self._deadlines = Deadlines()

    def send(self, messages: Sequence[Message]) -> list[int]:
        """Accept all messages or none; return their sequence numbers, 0 for a duplicate.

        Raises:
            NotAllowed: The entity has sessions and a message names none.
        """
        if self._requires_session and any(message.session_id is None for message in messages):
            reason = (
                "The SessionId was not set on a message, and it cannot be sent to the entity. "
                "Entities that have session support enabled can only receive messages that have "
                "the SessionId set to a valid value."
            )
            raise NotAllowed(reason)
        return [self._accept(message) for message in messages]

    def cancel(self, numbers: Sequence[int]) -> None:
        """Take scheduled messages back.

        Raises:
            MessageNotFound: One of them is not scheduled any more; then none is taken back.
        """
        self.advance()
        if not self._scheduled.keys() >= set(numbers):
            raise MessageNotFound
        for number in set(numbers):
            del self._scheduled[number]
            self.tally.cancelled += 1

    def browse(self, session_id: str | None = None) -> Iterator[BrokeredMessage]:
        """Show the messages that are not due yet."""
        self.advance()
        return (
            brokered
            for brokered in self._scheduled.values()
            if session_id in (None, brokered.message.session_id)
        )

    def advance(self) -> None:
        """Enqueue the scheduled messages that are due."""
        for number in self._deadlines.due(self._clock()):
            if number in self._scheduled:
                self._enqueue(self._scheduled.pop(number).message)

    def _accept(self, message: Message) -> int:
        if self._history.knows(message.message_id):
            self.tally.duplicates += 1
            return DROPPED
        self._history.record(message.message_id)
        self.tally.accepted += 1
        due = message.scheduled_at <= self._clock()
        return self._enqueue(message) if due else self._schedule(message)

    def _schedule(self, message: Message) -> int:
        brokered = BrokeredMessage(
            message=message,
            sequence_number=next(self._numbers),
            enqueued_at=message.scheduled_at,
            time_to_live=message.time_to_live,
            state=State.SCHEDULED,
        )
        self._scheduled[brokered.sequence_number] = brokered
        self._deadlines.push(message.scheduled_at, brokered.sequence_number)
        return brokered.sequence_number
