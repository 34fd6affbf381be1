"""What is sent comes back: single messages, lists, batches, every property, every kind of body."""

import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusReceiveMode
from azure.servicebus.amqp import AmqpAnnotatedMessage
from azure.servicebus.exceptions import MessageSizeExceededError

from emulators.service_bus.config import Config
from tests.emulators.service_bus.builders import a_queue
from tests.emulators.service_bus.sdk import complete, is_empty


QUEUES = ("properties", "bodies", "many", "large", "resent")
CONFIG = Config(queues=tuple(a_queue(name) for name in (*QUEUES, "deleted")))


def links(client):
    mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
    return {
        "sender": client.get_queue_sender("deleted"),
        "deleting receiver": client.get_queue_receiver(
            "deleted", receive_mode=mode, max_wait_time=0.3
        ),
    }


APPLICATION_PROPERTIES: dict[str | bytes, Any] = {
    "text": "grün",
    "number": 2**31 - 1,
    "fraction": 1.5,
    "truth": True,
    "id": uuid.UUID(int=5),
    "nothing": None,
    "when": datetime(2026, 1, 2, tzinfo=UTC),
}
#: Received texts are bytes, moments are milliseconds: that is the SDK's way.
RECEIVED_PROPERTIES = {
    b"text": "grün".encode(),
    b"number": 2**31 - 1,
    b"fraction": 1.5,
    b"truth": True,
    b"id": uuid.UUID(int=5),
    b"nothing": None,
    b"when": datetime(2026, 1, 2, tzinfo=UTC).timestamp() * 1000,
}
STANDARD_PROPERTIES: dict[str, Any] = {
    "message_id": "import-1:7",
    "correlation_id": "import-1",
    "subject": "result",
    "content_type": "application/json",
    "to": "subscribers",
    "reply_to": "operators",
    "reply_to_session_id": "session-2",
    "session_id": "session-1",
    "partition_key": "session-1",
    "time_to_live": timedelta(minutes=5),
}


def test_every_property_comes_back(half):
    """Standard and application properties of each type survive the broker."""
    sender, receiver = half.queues["properties"]
    sender.send_messages(
        ServiceBusMessage(
            '{"x": 1}',
            application_properties=dict(APPLICATION_PROPERTIES),
            **STANDARD_PROPERTIES,
        )
    )
    (message,) = complete(receiver)
    assert {name: getattr(message, name) for name in STANDARD_PROPERTIES} == STANDARD_PROPERTIES
    assert message.application_properties == RECEIVED_PROPERTIES
    assert str(message) == '{"x": 1}'


def test_the_broker_adds_its_own_properties(half):
    """Number, times, and count come from the broker, whatever the sender claims."""
    sender, receiver = half.queues["properties"]
    claims: dict[Any, Any] = {b"x-opt-sequence-number": -1, b"x-opt-enqueued-time": 1}
    claim = AmqpAnnotatedMessage(data_body=b"x", annotations=claims)
    before = datetime.now(UTC) - timedelta(seconds=1)
    sender.send_messages([claim, ServiceBusMessage("next")])
    first, second = complete(receiver, 2)
    assert second.sequence_number == first.sequence_number + 1 > 1
    assert before < first.enqueued_time_utc < datetime.now(UTC)
    assert first.delivery_count == 0
    assert first.time_to_live is None


@pytest.mark.parametrize(
    ("body", "received"),
    [
        ({"data_body": [b"one", b"two"]}, [b"one", b"two"]),
        ({"value_body": {"a": [1, 2]}}, {b"a": [1, 2]}),
        ({"sequence_body": [[1, "b"], [2]]}, [[1, b"b"], [2]]),
    ],
)
def test_every_kind_of_body_comes_back(half, body, received):
    """Data, value and sequence sections are passed on as they are."""
    sender, receiver = half.queues["bodies"]
    sender.send_messages(AmqpAnnotatedMessage(**body))
    (message,) = complete(receiver)
    found = message.body
    assert (found if isinstance(found, dict) else list(found)) == received


def test_lists_and_batches_arrive_as_single_messages_in_order(half):
    """A list and a full batch are one transfer each, but many messages."""
    sender, receiver = half.queues["many"]
    batch = sender.create_message_batch()
    with suppress(MessageSizeExceededError):
        for number in count():
            batch.add_message(ServiceBusMessage(f"batch {number}".ljust(10_000)))
    assert len(batch) == 26
    sender.send_messages([ServiceBusMessage(f"list {number}") for number in range(20)])
    sender.send_messages(batch)
    bodies = [str(message).rstrip() for message in complete(receiver, 20 + len(batch))]
    assert bodies == [
        *(f"list {number}" for number in range(20)),
        *(f"batch {number}" for number in range(len(batch))),
    ]


def test_what_is_too_large_is_refused(half):
    """The limit is that of the Standard tier, 256 KiB with all sections."""
    sender, receiver = half.queues["large"]
    with pytest.raises(MessageSizeExceededError):
        sender.send_messages(ServiceBusMessage(b"x" * (256 * 1024)))
    sender.send_messages(ServiceBusMessage(b"x" * (255 * 1024)))
    assert len(b"".join(complete(receiver)[0].body)) == 255 * 1024


def test_a_received_message_can_be_sent_again(half):
    """What one broker stamped does not confuse the next."""
    sender, receiver = half.queues["resent"]
    sender.send_messages(ServiceBusMessage("ping", message_id="1"))
    (message,) = complete(receiver)
    sender.send_messages(message)
    (again,) = complete(receiver)
    assert (str(again), again.message_id) == ("ping", "1")
    assert again.sequence_number == message.sequence_number + 1


def test_receive_and_delete_leaves_nothing_behind(half):
    """In that mode a message is gone when it is delivered."""
    sender, receiver = half.links["sender"], half.links["deleting receiver"]
    sender.send_messages([ServiceBusMessage(str(number)) for number in range(5)])
    assert [str(message) for message in receiver] == list("01234")
    assert is_empty(receiver)
    assert half.bus.statistics("deleted").active == 0
