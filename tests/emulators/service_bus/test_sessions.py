"""Entities with sessions: one receiver at a time, order, and state."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Timer

import pytest
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage
from azure.servicebus.exceptions import (
    OperationTimeoutError,
    ServiceBusError,
    SessionCannotBeLockedError,
    SessionLockLostError,
)

from emulators.service_bus.config import Config, Topic
from tests.emulators.service_bus.builders import a_queue, a_subscription, seconds
from tests.emulators.service_bus.sdk import complete, receive


LOCK = 1.2

NAMES = ("ordered", "next", "awaited", "strict", "listed", "empty")
CONFIG = Config(
    queues=(
        *(a_queue(name, requires_session=True) for name in NAMES),
        a_queue("short", requires_session=True, lock_duration=seconds(LOCK)),
        a_queue("plain"),
    ),
    topics=(
        Topic(name="news", subscriptions=(a_subscription("sessions", requires_session=True),)),
    ),
)


def links(client):
    subscription = client.get_subscription_receiver("news", "sessions", sub_queue="deadletter")
    return {
        **{name: client.get_queue_sender(name) for name in (*NAMES, "short")},
        "news": client.get_topic_sender("news"),
        "dead letters of news": subscription,
    }


def in_session(session_id, *bodies):
    return [ServiceBusMessage(body, session_id=session_id) for body in bodies]


def next_session(half, queue, patience):
    return half.client.get_queue_receiver(
        queue, session_id=NEXT_AVAILABLE_SESSION, max_wait_time=patience
    )


def test_a_session_goes_from_one_receiver_to_the_next(half):
    """The holder has its messages, in order, and its state; closing hands over both."""
    half.links["ordered"].send_messages(
        [message for number in "123" for name in "AB" for message in in_session(name, number)]
    )
    with half.client.get_queue_receiver("ordered", session_id="A") as receiver:
        assert [str(message) for message in receive(receiver, 3)] == ["1", "2", "3"]
        assert receiver.session.get_state() is None
        receiver.session.set_state("step 1")
        rival = half.client.get_queue_receiver("ordered", session_id="A")
        with pytest.raises(SessionCannotBeLockedError):
            rival.receive_messages(max_wait_time=5)
    with half.client.get_queue_receiver("ordered", session_id="A") as receiver:
        again = complete(receiver, 3)
        assert [(str(one), one.delivery_count) for one in again] == [("1", 0), ("2", 0), ("3", 0)]
        assert receiver.session.get_state() == b"step 1"
        receiver.session.set_state(None)
        assert receiver.session.get_state() is None


def test_the_next_available_session_is_the_one_with_the_oldest_message(half):
    """A receiver without a session in mind gets one that nobody holds."""
    half.links["next"].send_messages([*in_session("late", "x"), *in_session("later", "y")])
    with next_session(half, "next", 5) as receiver:
        assert receiver.session.session_id == "late"
        assert str(complete(receiver)[0]) == "x"


def test_a_waiting_receiver_gets_a_session_that_comes_free(half):
    """The link opens as soon as there is a session for it."""
    Timer(0.8, half.links["awaited"].send_messages, [in_session("new", "x")]).start()
    with next_session(half, "awaited", 5) as receiver:
        assert receiver.session.session_id == "new"
        complete(receiver)


def test_a_receiver_waits_for_a_session_only_so_long(half):
    """The broker answers when the receiver's patience ends."""
    with pytest.raises(OperationTimeoutError), next_session(half, "empty", 1) as receiver:
        receiver.receive_messages(max_wait_time=5)


def test_a_session_lock_is_renewed_until_it_ends(half):
    """It is the umbrella of the locks on messages: they live and end with it."""
    half.links["short"].send_messages(in_session("A", "kept", "lost"))
    with half.client.get_queue_receiver("short", session_id="A") as receiver:
        kept, lost = receive(receiver, 2)
        Event().wait(LOCK * 0.6)
        receiver.session.renew_lock()
        Event().wait(LOCK * 0.6)
        receiver.complete_message(kept)
        Event().wait(LOCK * 0.4 + 0.1)
        with pytest.raises(SessionLockLostError):
            receiver.complete_message(lost)
    with half.client.get_queue_receiver("short", session_id="A") as receiver:
        (again,) = complete(receiver)
        assert (str(again), again.delivery_count) == ("lost", 1)


def test_an_entity_takes_no_message_without_a_session_if_it_has_them(half):
    """The sender is told what is missing."""
    with pytest.raises(ServiceBusError, match="SessionId was not set"):
        half.links["strict"].send_messages(ServiceBusMessage("x"))


def test_receivers_have_to_know_whether_there_are_sessions(half):
    """An entity with sessions gives no messages without; one without gives no sessions."""

    def refusal_of(receiver):
        with pytest.raises(ServiceBusError) as error, receiver:
            receiver.receive_messages(max_wait_time=5)
        return str(error.value)

    ignorant = half.client.get_queue_receiver("strict")
    demanding = half.client.get_queue_receiver("plain", session_id="A")
    with ThreadPoolExecutor(2) as pool:
        refusals = list(pool.map(refusal_of, (ignorant, demanding)))
    assert "non-sessionful message receiver" in refusals[0]
    assert "sessionful message receiver cannot be created" in refusals[1]


def test_sessions_are_listed(half):
    """Those that have messages are."""
    half.links["listed"].send_messages([*in_session("one", "x"), *in_session("two", "y")])
    assert sorted(half.client.list_queue_sessions("listed")) == ["one", "two"]


def test_a_message_without_a_session_is_a_dead_letter_of_the_subscription(half):
    """A topic takes it for its other subscriptions; this one cannot keep it."""
    half.links["news"].send_messages(ServiceBusMessage("x"))
    (dead,) = complete(half.links["dead letters of news"])
    assert dead.dead_letter_reason == "Session ID is null."
