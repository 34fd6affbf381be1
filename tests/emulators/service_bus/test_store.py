"""Rules of locks, time, and dead letters, one by one."""

from datetime import timedelta

import pytest

from emulators.service_bus.config import DeliveryProperties
from emulators.service_bus.state.refusals import MessageNotFound, NotAllowed
from emulators.service_bus.state.session_store import SessionStore
from emulators.service_bus.state.settlement import Settlement
from emulators.service_bus.state.store import Store
from tests.emulators.service_bus.builders import FakeClock, a_message


LOCK = 30


def received(store, session_id=None):
    """The next message, which must be there."""
    message = store.receive(session_id)
    assert message
    return message


def a_store(clock, **properties):
    dead_letters = Store("q/$DeadLetterQueue", DeliveryProperties(), clock)
    return Store("q", DeliveryProperties(**properties), clock, dead_letters), dead_letters


def test_a_renewed_lock_ends_as_well():
    """Later than it would have, but not never, however often someone looks in between."""
    clock = FakeClock()
    store, _ = a_store(clock, lock_duration=timedelta(seconds=LOCK))
    store.enqueue(a_message())
    message = received(store)
    clock.now += LOCK - 1
    store.renew(message.lock.token)
    for alive in (True, False):
        clock.now += LOCK - 1
        store.advance()
        assert bool(message.lock) is alive


def test_a_renewed_session_ends_as_well():
    """The locks on its messages follow the lock on the session, and do not outlive it."""
    clock = FakeClock()
    properties = DeliveryProperties(lock_duration=timedelta(seconds=LOCK))
    store = SessionStore("q", properties, clock, Store("dead", properties, clock))
    store.enqueue(a_message(group_id="A"))
    store.sessions.accept("A", "receiver")
    message = received(store, "A")
    clock.now += LOCK - 1
    store.renew_session("A")
    for alive in (True, False):
        clock.now += LOCK - 1
        store.advance()
        assert bool(message.lock) is alive is store.sessions.is_locked("A")


def test_a_deferred_message_can_be_dead_lettered():
    """In the dead-letter queue it is an active message like any other."""
    store, dead_letters = a_store(FakeClock())
    store.enqueue(a_message())
    message = received(store)
    store.settle(message.lock.token, Settlement.DEFER)
    store.receive_deferred([message.sequence_number])
    store.settle(message.lock.token, Settlement.DEAD_LETTER)
    assert dead_letters.receive() is message


def test_a_lock_protects_from_expiry_until_it_ends():
    """A message whose time is up under a lock can still be completed; not after the lock."""
    clock = FakeClock()
    store, dead_letters = a_store(clock, dead_lettering_on_message_expiration=True)
    for _ in range(2):
        store.enqueue(a_message(ttl=10))
    completed, _abandoned = received(store), received(store)
    clock.now += 20
    store.settle(completed.lock.token, Settlement.COMPLETE)
    clock.now += 60
    assert store.receive() is None
    (dead,) = dead_letters.browse()
    assert dead.message.application_properties["DeadLetterReason"] == "TTLExpiredException"


def test_a_deferred_message_does_not_expire():
    """By design, say the docs: whoever deferred it is responsible for it."""
    clock = FakeClock()
    store, _ = a_store(clock)
    store.enqueue(a_message(ttl=10))
    message = received(store)
    store.settle(message.lock.token, Settlement.DEFER)
    clock.now += 1000
    assert store.receive_deferred([message.sequence_number]) == [message]


def test_a_dead_letter_stays_where_it_is():
    """It neither expires nor moves on, however often it fails; it can only be completed."""
    clock = FakeClock()
    store, dead_letters = a_store(clock, max_delivery_count=1)
    store.enqueue(a_message(ttl=10))
    store.settle(received(store).lock.token, Settlement.ABANDON)
    for _ in range(20):
        dead_letters.settle(received(dead_letters).lock.token, Settlement.ABANDON)
        clock.now += 1000
    dead = received(dead_letters)
    with pytest.raises(NotAllowed):
        dead_letters.settle(dead.lock.token, Settlement.DEAD_LETTER)
    dead_letters.settle(dead.lock.token, Settlement.COMPLETE)
    assert list(dead_letters.browse()) == []


def test_deferred_messages_are_taken_all_or_none():
    """One unknown number among them, and no lock is taken; one named twice is one."""
    store, _ = a_store(FakeClock())
    store.enqueue(a_message())
    message = received(store)
    store.settle(message.lock.token, Settlement.DEFER)
    with pytest.raises(MessageNotFound):
        store.receive_deferred([message.sequence_number, 99])
    assert message.lock is None
    assert store.receive_deferred([message.sequence_number] * 2) == [message]


def test_releasing_does_not_count_as_delivery():
    """A prefetched message that nobody saw comes back unchanged."""
    store, _ = a_store(FakeClock(), max_delivery_count=1)
    store.enqueue(a_message())
    for _ in range(5):
        store.settle(received(store).lock.token, Settlement.RELEASE)
    assert received(store).delivery_count == 0
