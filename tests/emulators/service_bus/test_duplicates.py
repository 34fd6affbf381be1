"""Duplicate detection: a message id is accepted once in a window."""

from datetime import UTC, datetime

from azure.servicebus import ServiceBusMessage

from emulators.service_bus.config import Config
from tests.emulators.service_bus.builders import a_queue, seconds
from tests.emulators.service_bus.sdk import complete, is_empty


QUEUES = ("once", "planned", "plain")
CONFIG = Config(
    queues=(
        a_queue("once", requires_duplicate_detection=True),
        a_queue("planned", requires_duplicate_detection=True),
        a_queue("plain"),
    )
)


def test_copies_are_accepted_and_dropped(half):
    """Singly or in a batch, the sender sees no error, and the first one stays."""
    sender, receiver = half.queues["once"]
    for number in range(3):
        sender.send_messages(ServiceBusMessage(f"copy {number}", message_id="same"))
    sender.send_messages([ServiceBusMessage(text, message_id=text) for text in ("same", "new")])
    assert [str(message) for message in complete(receiver, 2)] == ["copy 0", "new"]
    assert is_empty(receiver)
    statistics = half.bus.statistics("once")
    assert (statistics.accepted, statistics.duplicates, statistics.completed) == (2, 3, 2)


def test_completing_does_not_make_an_id_new(half):
    """The window counts, not whether the message is still there."""
    sender, receiver = half.queues["planned"]
    sender.send_messages(ServiceBusMessage("x", message_id="gone"))
    complete(receiver)
    sender.send_messages(ServiceBusMessage("x", message_id="gone"))
    assert is_empty(receiver)


def test_messages_without_an_id_are_all_different(half):
    """Nothing is dropped that did not ask for it."""
    sender, receiver = half.queues["once"]
    sender.send_messages([ServiceBusMessage("x"), ServiceBusMessage("x")])
    complete(receiver, 2)


def test_scheduled_messages_take_part(half):
    """A scheduled message makes a later one a duplicate, and the other way round."""
    sender, receiver = half.queues["planned"]
    due = datetime.now(UTC) + seconds(1)
    sender.send_messages(ServiceBusMessage("now", message_id="1"))
    sender.schedule_messages(ServiceBusMessage("later", message_id="1"), due)
    sender.schedule_messages(ServiceBusMessage("later", message_id="2"), due)
    sender.send_messages(ServiceBusMessage("now", message_id="2"))
    assert [str(message) for message in complete(receiver, 2)] == ["now", "later"]
    assert is_empty(receiver)


def test_without_duplicate_detection_copies_come(half):
    """An entity that was not configured for it delivers what it gets."""
    sender, receiver = half.queues["plain"]
    sender.send_messages([ServiceBusMessage("x", message_id="same") for _ in range(2)])
    complete(receiver, 2)
