"""Messages that come later, that expire, and that are only looked at."""

from datetime import UTC, datetime
from threading import Event

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusMessageState
from azure.servicebus.exceptions import MessageNotFoundError

from emulators.service_bus.config import Config
from tests.emulators.service_bus.builders import a_queue, seconds
from tests.emulators.service_bus.sdk import complete, is_empty, receive


QUEUES = ("scheduled", "expiring", "fading", "peeked")
CONFIG = Config(
    queues=(
        a_queue("scheduled"),
        a_queue("expiring", dead_lettering_on_message_expiration=True),
        a_queue("fading", default_message_time_to_live=seconds(0.5)),
        a_queue("peeked"),
    )
)


def links(client):
    return {"expired": client.get_queue_receiver("expiring", sub_queue="deadletter")}


def test_scheduled_messages_come_in_their_time(half):
    """Until then they are not delivered, and can be cancelled by number."""
    sender, receiver = half.queues["scheduled"]
    due = datetime.now(UTC) + seconds(1)
    numbers = sender.schedule_messages([ServiceBusMessage("1"), ServiceBusMessage("2")], due)
    sender.send_messages(ServiceBusMessage("3", scheduled_enqueue_time_utc=due))
    sender.cancel_scheduled_messages(numbers[0])
    with pytest.raises(MessageNotFoundError):
        sender.cancel_scheduled_messages(numbers[0])
    assert half.bus.statistics("scheduled").scheduled == 2
    assert is_empty(receiver)
    received = complete(receiver, 2)
    assert {str(message) for message in received} == {"2", "3"}
    for message in received:
        assert message.enqueued_time_utc >= due.replace(microsecond=0)
        assert message.sequence_number > numbers[1], "a new number when it is enqueued"


def test_an_expired_message_is_dead_lettered_where_that_is_wanted(half):
    """The reason says that its time was up; in the dead-letter queue time does not matter."""
    sender, receiver = half.queues["expiring"]
    sender.send_messages(ServiceBusMessage("old", time_to_live=seconds(1)))
    (message,) = complete(half.links["expired"])
    assert message.dead_letter_reason == "TTLExpiredException"
    assert is_empty(receiver)


def test_an_expired_message_is_dropped_elsewhere(half):
    """The queue's time to live caps the message's."""
    before = half.bus.statistics("fading").expired
    half.queues["fading"].sender.send_messages(ServiceBusMessage("x", time_to_live=seconds(3600)))
    (message,) = receive(half.queues["fading"].receiver)
    assert message.time_to_live == seconds(0.5)
    Event().wait(0.6)
    half.queues["fading"].receiver.abandon_message(message)
    assert is_empty(half.queues["fading"].receiver)
    assert half.bus.statistics("fading").expired == before + 1


def test_peeking_changes_nothing(half):
    """Every message can be seen, page by page, whatever its state; all can still be received."""
    sender, receiver = half.queues["peeked"]
    sender.send_messages([ServiceBusMessage(str(number)) for number in range(4)])
    locked, deferred = receive(receiver, 2)
    receiver.defer_message(deferred)
    start = locked.sequence_number
    page = receiver.peek_messages(3, sequence_number=start)
    assert [str(message) for message in page] == ["0", "1", "2"]
    assert page[1].state is ServiceBusMessageState.DEFERRED
    assert [str(message) for message in receiver.peek_messages(3)] == ["3"]
    assert receiver.peek_messages(3) == []
    receiver.complete_message(locked)
    receiver.complete_message(receiver.receive_deferred_messages(deferred.sequence_number)[0])
    complete(receiver, 2)


def test_scheduled_messages_can_be_peeked(half):
    """They show when they are due, and that they are only scheduled."""
    sender, receiver = half.queues["peeked"]
    due = datetime.now(UTC).replace(microsecond=0) + seconds(3600)
    (number,) = sender.schedule_messages(ServiceBusMessage("later"), due)
    (message,) = receiver.peek_messages(1, sequence_number=number)
    assert message.state is ServiceBusMessageState.SCHEDULED
    assert message.scheduled_enqueue_time_utc == message.enqueued_time_utc == due
    sender.cancel_scheduled_messages([number])
