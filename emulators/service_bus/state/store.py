"""The messages of one queue, subscription, or dead-letter queue, and the locks on them.

Rule 1: a message is in `_messages` until it is settled for good or expires.
Rule 2: its number is in `_available` exactly while it is active and not locked.
Rule 3: time changes nothing by itself: `advance` does, and what depends on time calls it first.

Azure docs: "Message transfers, locks, and settlement", "Message expiration", "Message deferral",
"Overview of Service Bus dead-letter queues".
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import ClassVar
from uuid import UUID, uuid4

from emulators.service_bus.config import DeliveryProperties
from emulators.service_bus.state.available import Available
from emulators.service_bus.state.brokered import BrokeredMessage, Lock, State
from emulators.service_bus.state.clock import Clock
from emulators.service_bus.state.deadlines import Deadlines
from emulators.service_bus.state.message import Message
from emulators.service_bus.state.refusals import (
    MessageLockLost,
    MessageNotFound,
    NotAllowed,
    Refused,
)
from emulators.service_bus.state.settlement import (
    EXPIRED,
    TOO_MANY_DELIVERIES,
    UNSTATED,
    DeadLetterReason,
    Settlement,
    Tally,
)


class Store:
    """Messages in the order of their sequence numbers, each under at most one lock."""

    lock_lost: ClassVar[type[Refused]] = MessageLockLost

    def __init__(
        self,
        name: str,
        properties: DeliveryProperties,
        clock: Clock,
        dead_letters: "Store | None" = None,
    ) -> None:
        """Without a store for dead letters this is one: nothing leaves but by completion."""
        self.name = name
        self.numbers = itertools.count(1)
        self.tally = Tally()
        self._properties = properties
        self._lock_duration = properties.lock_duration.total_seconds()
        self._clock = clock
        self._dead_letters = dead_letters
        self._messages: dict[int, BrokeredMessage] = {}
        self._available = Available()
        self._locked: dict[UUID, BrokeredMessage] = {}
        self._deadlines = Deadlines()

    def enqueue(self, message: Message) -> int:
        """Append a message; return its sequence number."""
        brokered = BrokeredMessage(
            message=message,
            sequence_number=next(self.numbers),
            enqueued_at=self._clock(),
            time_to_live=min(message.time_to_live, self._properties.time_to_live),
        )
        self._keep(brokered)
        return brokered.sequence_number

    def receive(self, session_id: str | None = None) -> BrokeredMessage | None:
        """Lock the next available message."""
        brokered = self._take_first(session_id)
        if brokered:
            self._lock(brokered)
        return brokered

    def receive_and_delete(self, session_id: str | None = None) -> BrokeredMessage | None:
        """Remove the next available message for good."""
        brokered = self._take_first(session_id)
        if brokered:
            self._complete(brokered)
        return brokered

    def receive_deferred(
        self, numbers: Sequence[int], *, delete: bool = False
    ) -> list[BrokeredMessage]:
        """Lock deferred messages by sequence number, or remove them for good.

        Raises:
            MessageNotFound: One of them is not deferred, or is locked; then none is taken.
        """
        self.advance()
        found = [self._messages.get(number) for number in dict.fromkeys(numbers)]
        deferred = [one for one in found if one and one.state is State.DEFERRED and not one.lock]
        if len(deferred) < len(found):
            raise MessageNotFound
        for brokered in deferred:
            (self._complete if delete else self._lock)(brokered)
        return deferred

    def settle(
        self, token: UUID, settlement: Settlement, why: DeadLetterReason = UNSTATED
    ) -> None:
        """End a lock.

        Raises:
            MessageLockLost: It has expired or was settled before. SessionLockLost with sessions.
            NotAllowed: A dead letter cannot be dead-lettered.
        """
        brokered = self._held(token)
        match settlement:
            case Settlement.COMPLETE:
                self._complete(brokered)
            case Settlement.DEAD_LETTER:
                self._dead_letter(brokered, why)
            case Settlement.DEFER:
                brokered.state = State.DEFERRED
                self._unlock(brokered, failed=False)
            case Settlement.ABANDON | Settlement.RELEASE:
                self._unlock(brokered, failed=settlement is Settlement.ABANDON)

    def renew(self, token: UUID) -> float:
        """Extend a lock by the lock duration; return when it ends, in seconds since the epoch.

        Raises:
            MessageLockLost: It has expired or was settled before.
        """
        return self._extend(self._held(token), self._clock() + self._lock_duration)

    def browse(self, session_id: str | None = None) -> Iterator[BrokeredMessage]:
        """Show the messages of the entity or of a session, locked and deferred ones too."""
        self.advance()
        return (
            brokered
            for brokered in self._messages.values()
            if session_id in (None, brokered.message.session_id)
        )

    def advance(self) -> None:
        """Let time pass: end the locks and the messages whose time is up."""
        now = self._clock()
        for number in self._deadlines.due(now):
            brokered = self._messages.get(number)
            if brokered and brokered.deadline <= now:
                self._pass_deadline(brokered)

    def adopt(self, brokered: BrokeredMessage, source: str) -> None:
        """Take in a dead letter as it is; its time to live counts no more."""
        brokered.dead_letter_source = source
        brokered.time_to_live = math.inf
        brokered.state = State.ACTIVE
        self._keep(brokered)

    def _keep(self, brokered: BrokeredMessage) -> None:
        self.tally.accepted += 1
        self._messages[brokered.sequence_number] = brokered
        self._make_available(brokered)

    def _row_of(self, _brokered: BrokeredMessage) -> str | None:
        return None

    def _make_available(self, brokered: BrokeredMessage) -> None:
        if brokered.state is State.ACTIVE:
            self._available.add(self._row_of(brokered), brokered.sequence_number)
        self._deadlines.push(brokered.deadline, brokered.sequence_number)

    def _take_first(self, row: str | None) -> BrokeredMessage | None:
        self.advance()
        number = self._available.first(row)
        if number is None:
            return None
        self._available.remove(row, number)
        return self._messages[number]

    def _lock(self, brokered: BrokeredMessage) -> None:
        brokered.lock = Lock(uuid4(), self._lock_end(brokered))
        self._locked[brokered.lock.token] = brokered
        self._deadlines.push(brokered.lock.until, brokered.sequence_number)

    def _lock_end(self, _brokered: BrokeredMessage) -> float:
        return self._clock() + self._lock_duration

    def _held(self, token: UUID) -> BrokeredMessage:
        self.advance()
        if token not in self._locked:
            raise self.lock_lost
        return self._locked[token]

    def _extend(self, brokered: BrokeredMessage, until: float) -> float:
        if brokered.lock:
            brokered.lock = Lock(brokered.lock.token, until)
            self._deadlines.push(until, brokered.sequence_number)
        return until

    def _pass_deadline(self, brokered: BrokeredMessage) -> None:
        if brokered.lock:
            self._unlock(brokered, failed=True)
            return
        self._available.remove(self._row_of(brokered), brokered.sequence_number)
        if self._properties.dead_lettering_on_message_expiration:
            self._dead_letter(brokered, EXPIRED)
        else:
            self._forget(brokered)
            self.tally.expired += 1

    def _unlock(self, brokered: BrokeredMessage, *, failed: bool) -> None:
        self._drop_lock(brokered)
        brokered.delivery_count += failed
        exhausted = brokered.delivery_count >= self._properties.max_delivery_count
        if exhausted and self._dead_letters:
            self._dead_letter(brokered, TOO_MANY_DELIVERIES)
        else:
            self._make_available(brokered)

    def _complete(self, brokered: BrokeredMessage) -> None:
        self._forget(brokered)
        self.tally.completed += 1

    def _dead_letter(self, brokered: BrokeredMessage, why: DeadLetterReason) -> None:
        if self._dead_letters is None:
            message = "A message in a dead-letter queue cannot be dead-lettered."
            raise NotAllowed(message)
        self._forget(brokered)
        self.tally.dead_lettered += 1
        brokered.message = brokered.message.with_application_properties(why.as_properties())
        self._dead_letters.adopt(brokered, self.name)

    def _forget(self, brokered: BrokeredMessage) -> None:
        self._drop_lock(brokered)
        del self._messages[brokered.sequence_number]

    def _drop_lock(self, brokered: BrokeredMessage) -> None:
        if brokered.lock:
            del self._locked[brokered.lock.token]
            brokered.lock = None
