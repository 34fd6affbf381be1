"""What a receiver can do with a message that it has locked, and what happens if it does not."""

from threading import Event

import pytest
from azure.servicebus import AutoLockRenewer, ServiceBusMessage
from azure.servicebus.aio import AutoLockRenewer as AioAutoLockRenewer
from azure.servicebus.exceptions import (
    MessageAlreadySettled,
    MessageLockLostError,
    MessageNotFoundError,
)

from emulators.service_bus.config import Config
from tests.emulators.service_bus.builders import a_queue, seconds
from tests.emulators.service_bus.sdk import Blocking, complete, is_empty, receive


LOCK = 1.2

CONFIG = Config(
    queues=(
        a_queue("completed"),
        a_queue("abandoned", max_delivery_count=3),
        a_queue("dead"),
        a_queue("deferred"),
        a_queue("lost", lock_duration=seconds(LOCK)),
        a_queue("renewed", lock_duration=seconds(LOCK)),
        a_queue("kept", lock_duration=seconds(1.6)),
        a_queue("prefetched"),
        a_queue("broken", lock_duration=seconds(LOCK)),
    )
)
QUEUES = tuple(queue.name for queue in CONFIG.queues)


def links(client):
    return {
        "abandoned too often": client.get_queue_receiver("abandoned", sub_queue="deadletter"),
        "dead-lettered": client.get_queue_receiver("dead", sub_queue="deadletter"),
    }


def wait(duration):
    """Let time pass; nothing in the SDK tells when a lock ends."""
    Event().wait(duration)


def test_a_completed_message_is_gone(half):
    """Completing is final; a second settlement is refused by the SDK already."""
    sender, receiver = half.queues["completed"]
    before = half.bus.statistics("completed").completed
    sender.send_messages(ServiceBusMessage("done"))
    (message,) = complete(receiver)
    with pytest.raises(MessageAlreadySettled):
        receiver.abandon_message(message)
    assert half.bus.statistics("completed").completed == before + 1
    assert half.bus.statistics("completed").active == 0


def test_a_message_abandoned_too_often_is_dead_lettered(half):
    """Each abandon counts; at the limit the message moves, with reason, description and source."""
    sender, receiver = half.queues["abandoned"]
    sender.send_messages(ServiceBusMessage("poison", application_properties={"job": "7"}))
    counts = []
    for _ in range(3):
        (message,) = receive(receiver)
        counts.append(message.delivery_count)
        receiver.abandon_message(message)
    assert counts == [0, 1, 2]
    assert is_empty(receiver)
    (dead,) = complete(half.links["abandoned too often"])
    assert (str(dead), dead.application_properties[b"job"]) == ("poison", b"7")
    assert dead.dead_letter_reason == "MaxDeliveryCountExceeded"
    assert "maximum number of delivery attempts" in dead.dead_letter_error_description
    assert dead.dead_letter_source == "abandoned"


def test_an_abandoned_message_comes_back_to_its_place(half):
    """The message is delivered again before those that were sent after it."""
    sender, receiver = half.queues["abandoned"]
    sender.send_messages([ServiceBusMessage("first"), ServiceBusMessage("second")])
    (message,) = receive(receiver)
    receiver.abandon_message(message)
    assert [str(message) for message in complete(receiver, 2)] == ["first", "second"]


def test_a_receiver_dead_letters_with_its_own_reason(half):
    """Reason and description arrive; the dead letter can be settled like any message."""
    sender, receiver = half.queues["dead"]
    sender.send_messages(ServiceBusMessage("odd"))
    (message,) = receive(receiver)
    receiver.dead_letter_message(message, reason="Odd", error_description="not even")
    (dead,) = receive(half.links["dead-lettered"])
    assert (dead.dead_letter_reason, dead.dead_letter_error_description) == ("Odd", "not even")
    half.links["dead-lettered"].abandon_message(dead)
    complete(half.links["dead-lettered"])
    assert half.bus.statistics("dead/$DeadLetterQueue").active == 0


def test_a_deferred_message_is_received_by_its_number_only(half):
    """It is no longer delivered, but kept until someone asks for it by number."""
    sender, receiver = half.queues["deferred"]
    sender.send_messages(ServiceBusMessage("later"))
    (message,) = receive(receiver)
    receiver.defer_message(message)
    assert is_empty(receiver)
    (deferred,) = receiver.receive_deferred_messages(message.sequence_number)
    assert str(deferred) == "later"
    receiver.abandon_message(deferred)
    (again,) = receiver.receive_deferred_messages([message.sequence_number])
    assert again.delivery_count == 1
    receiver.complete_message(again)
    with pytest.raises(MessageNotFoundError):
        receiver.receive_deferred_messages(message.sequence_number)


def test_a_lock_ends_and_the_message_comes_again(half):
    """Who is too slow loses the lock; the message is delivered again and counts one more."""
    sender, receiver = half.queues["lost"]
    sender.send_messages(ServiceBusMessage("slow"))
    (message,) = receive(receiver)
    # Believing that it still has the lock, the SDK asks the broker.
    message._expiry = message.locked_until_utc + seconds(3600)  # noqa: SLF001 - no other way
    wait(LOCK + 0.1)
    with pytest.raises(MessageLockLostError):
        receiver.renew_message_lock(message)
    with pytest.raises(MessageLockLostError):
        receiver.complete_message(message)
    assert complete(receiver)[0].delivery_count == 1


def test_a_renewed_lock_holds(half):
    """Renewing moves the end of the lock by a whole lock duration."""
    sender, receiver = half.queues["renewed"]
    sender.send_messages(ServiceBusMessage("steady"))
    (message,) = receive(receiver)
    first_end = message.locked_until_utc
    for _ in range(2):
        wait(LOCK * 0.6)
        receiver.renew_message_lock(message)
    assert message.locked_until_utc > first_end + seconds(LOCK)
    receiver.complete_message(message)


def test_the_auto_lock_renewer_works(half):
    """The SDK's own renewer keeps a lock beyond its duration."""
    sender, receiver = half.queues["kept"]
    sender.send_messages(ServiceBusMessage("long work"))
    (message,) = receive(receiver)
    is_aio = isinstance(receiver, Blocking)
    renewer = Blocking(AioAutoLockRenewer(), receiver.loop) if is_aio else AutoLockRenewer()
    with renewer:
        renewer.register(receiver.wrapped if is_aio else receiver, message, 10)
        wait(1.7)
        receiver.complete_message(message)


def test_what_was_prefetched_is_given_back(half):
    """Closing releases what was not used, without counting it as delivered."""
    sender, receiver = half.queues["prefetched"]
    with half.client.get_queue_receiver("prefetched", prefetch_count=10) as greedy:
        sender.send_messages([ServiceBusMessage(str(number)) for number in range(5)])
        complete(greedy)
    assert half.bus.statistics("prefetched").locked == 0
    assert [message.delivery_count for message in complete(receiver, 4)] == [0] * 4


def test_after_a_lost_connection_the_message_is_delivered_again(half):
    """The lock of a receiver that vanished ends in its time."""
    sender, receiver = half.queues["broken"]
    sender.send_messages(ServiceBusMessage("survivor"))
    with half.client.get_queue_receiver("broken") as vanishing:
        receive(vanishing)
        sever(vanishing)
    (message,) = complete(receiver)
    assert (str(message), message.delivery_count) == ("survivor", 1)


def sever(receiver):
    """Break the connection under a receiver."""
    transport = getattr(receiver, "wrapped", receiver)._handler._connection._transport  # noqa: SLF001
    stream = getattr(transport, "writer", None)
    if stream:
        stream.transport.abort()
    else:
        transport.sock.close()
