"""The state of a queue under every sequence of steps: nothing is lost, nothing is held twice."""

from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
)

from emulators.service_bus.config import DeliveryProperties
from emulators.service_bus.state.refusals import (
    MessageLockLost,
    MessageNotFound,
    SessionCannotBeLocked,
    SessionLockLost,
)
from emulators.service_bus.state.session_store import SessionStore
from emulators.service_bus.state.settlement import DeadLetterReason, Settlement
from emulators.service_bus.state.store import Store
from tests.emulators.service_bus.builders import FakeClock, a_message


LOCK = 30
LIMIT = 3


class QueueMachine(RuleBasedStateMachine):
    """A queue, its dead-letter queue, and a model: which message is where, and who holds it."""

    held = Bundle("held")

    def __init__(self):
        super().__init__()
        self.clock = FakeClock()
        properties = DeliveryProperties(
            lock_duration=timedelta(seconds=LOCK),
            max_delivery_count=LIMIT,
            dead_lettering_on_message_expiration=True,
        )
        self.dead_letters = Store("q/$DeadLetterQueue", DeliveryProperties(), self.clock)
        self.store = Store("q", properties, self.clock, self.dead_letters)
        self.sent = 0
        self.completed = 0
        self.ends: dict[UUID, float] = {}  # of the locks that the model believes in

    @rule(time_to_live=st.sampled_from([0, 10, 100]))
    def send(self, time_to_live):
        self.store.enqueue(a_message(ttl=time_to_live))
        self.sent += 1

    @rule(target=held)
    def receive(self):
        before = list(self.store.browse())
        brokered = self.store.receive()
        if brokered is None:
            assert not [one for one in before if not one.lock and one.state == 0]
            return multiple()
        return self.remember(brokered)

    @rule(target=held, data=st.data())
    def receive_deferred(self, data):
        numbers = [one.sequence_number for one in self.store.browse() if one.state == 1]
        wanted = data.draw(st.sampled_from([*numbers, 0]))
        try:
            (brokered,) = self.store.receive_deferred([wanted])
        except MessageNotFound:
            return multiple()
        return self.remember(brokered)

    def remember(self, brokered):
        token = brokered.lock.token
        assert token not in self.ends
        assert brokered.delivery_count < LIMIT
        self.ends[token] = self.clock() + LOCK
        return token

    @rule(token=consumes(held), settlement=st.sampled_from(Settlement))
    def settle(self, token, settlement):
        """It works exactly while the lock lives, and once."""
        alive = self.ends.pop(token, 0) > self.clock()
        try:
            self.store.settle(token, settlement, DeadLetterReason("why"))
        except MessageLockLost:
            assert not alive
        else:
            assert alive
            self.completed += settlement is Settlement.COMPLETE

    @rule(token=held)
    def renew(self, token):
        try:
            end = self.store.renew(token)
        except MessageLockLost:
            assert self.ends.get(token, 0) <= self.clock()
        else:
            self.ends[token] = end

    @rule(passed=st.sampled_from([1, 10, LOCK, 100]))
    def pass_time(self, passed):
        self.clock.now += passed

    @invariant()
    def no_message_is_lost(self):
        kept = list(self.store.browse()), list(self.dead_letters.browse())
        assert self.sent == len(kept[0]) + len(kept[1]) + self.completed
        assert self.store.tally.completed == self.completed
        assert self.store.tally.dead_lettered == len(kept[1])

    @invariant()
    def locks_are_those_of_the_model(self):
        """Each living lock is on one message, and each message has one lock at most."""
        locks = [one.lock.token for one in self.store.browse() if one.lock]
        alive = {token for token, end in self.ends.items() if end > self.clock()}
        assert sorted(locks) == sorted(alive)


TestQueueMachine = QueueMachine.TestCase


class SessionMachine(RuleBasedStateMachine):
    """Receivers that accept, lose, and give back sessions, each in its own pace."""

    receivers = st.sampled_from(["r1", "r2"])
    sessions = st.sampled_from(["A", "B"])

    def __init__(self):
        super().__init__()
        self.clock = FakeClock()
        properties = DeliveryProperties(lock_duration=timedelta(seconds=LOCK))
        self.dead_letters = Store("q/$DeadLetterQueue", DeliveryProperties(), self.clock)
        self.store = SessionStore("q", properties, self.clock, self.dead_letters)
        self.sent = 0
        self.holders: dict[str, tuple[str, float]] = {}

    def is_held(self, session):
        return self.holders.get(session, ("", 0))[1] > self.clock()

    @rule(session=sessions)
    def send(self, session):
        self.store.enqueue(a_message(group_id=session))
        self.sent += 1

    @rule(receiver=receivers, session=sessions)
    def accept(self, receiver, session):
        try:
            self.store.sessions.accept(session, receiver)
        except SessionCannotBeLocked:
            assert self.is_held(session)
        else:
            assert not self.is_held(session)
            self.holders[session] = receiver, self.clock() + LOCK

    @rule(session=sessions)
    def receive(self, session):
        """A holder gets its session in order, from the first message that is not locked."""
        if not self.is_held(session):
            return
        waiting = [one for one in self.store.browse(session) if not one.lock]
        brokered = self.store.receive(session)
        assert brokered is (waiting[0] if waiting else None)

    @rule(session=sessions)
    def renew(self, session):
        try:
            end = self.store.renew_session(session)
        except SessionLockLost:
            assert not self.is_held(session)
        else:
            self.holders[session] = self.holders[session][0], end

    @rule(receiver=receivers, session=sessions)
    def release(self, receiver, session):
        self.store.release_session(session, receiver)
        if self.holders.get(session, ("",))[0] == receiver:
            del self.holders[session]

    @rule(passed=st.sampled_from([1, 10, LOCK]))
    def pass_time(self, passed):
        self.clock.now += passed

    @invariant()
    def messages_are_locked_in_held_sessions_only(self):
        locked = {one.message.session_id for one in self.store.browse() if one.lock}
        assert all(map(self.is_held, locked))

    @invariant()
    def nothing_is_lost(self):
        kept = len(list(self.store.browse())) + len(list(self.dead_letters.browse()))
        assert kept == self.sent

    @invariant()
    def the_next_session_is_free(self):
        session = self.store.next_session()
        assert session is None or not self.is_held(session)


TestSessionMachine = SessionMachine.TestCase
