"""Faults on request, as tests of the app need them: from the same process and from another."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.exceptions import (
    OperationTimeoutError,
    ServiceBusQuotaExceededError,
    ServiceBusServerBusyError,
)

from emulators.service_bus.config import Config
from emulators.service_bus.state.refusals import EntityNotFound
from tests.emulators.service_bus.builders import a_queue
from tests.emulators.service_bus.sdk import complete, is_empty


QUEUES = ("busy", "held")
CONFIG = Config(
    queues=(
        a_queue("busy"),
        a_queue("held", requires_duplicate_detection=True),
        a_queue("silent", requires_duplicate_detection=True),
    )
)


def test_sends_fail_as_often_as_wanted(half):
    """The condition decides which error the SDK raises; afterwards all is well again."""
    sender, receiver = half.queues["busy"]
    half.bus.fail_sends("busy", "com.microsoft:server-busy")
    half.bus.fail_sends("busy", "amqp:resource-limit-exceeded")
    with pytest.raises(ServiceBusServerBusyError):
        sender.send_messages(ServiceBusMessage("x"))
    with pytest.raises(ServiceBusQuotaExceededError):
        sender.send_messages(ServiceBusMessage("x"))
    sender.send_messages(ServiceBusMessage("x"))
    complete(receiver)
    assert half.bus.statistics("busy").accepted == 1


def test_the_sdk_sends_again_what_a_busy_broker_refused(half):
    """With its retries on, the caller sees nothing of it."""
    half.bus.fail_sends("busy", "com.microsoft:server-busy", times=2)
    with (
        half.another_client(half.bus.connection_string, retry_backoff_factor=0.01) as client,
        client.get_queue_sender("busy") as sender,
    ):
        sender.send_messages(ServiceBusMessage("x"))
    complete(half.queues["busy"].receiver)


def test_a_sender_hangs_while_acknowledgements_are_held(half):
    """The message is stored and delivered; the sender learns of it when they are released."""
    sender, receiver = half.queues["held"]
    half.bus.hold_acks("held")
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(sender.send_messages, ServiceBusMessage("x", message_id="1"))
        complete(receiver)
        assert not sending.done()
        half.bus.release_acks("held")
        sending.result(timeout=5)


def test_a_sender_that_gave_up_sends_again_and_nothing_is_doubled(half):
    """The first send was accepted, its acknowledgement lost: the second is a duplicate."""
    sender, receiver = half.queues["held"]
    message = ServiceBusMessage("result", message_id="import-1:7")
    half.bus.hold_acks("held")
    with pytest.raises(OperationTimeoutError):
        sender.send_messages(message, timeout=1)
    half.bus.release_acks("held")
    sender.send_messages(message)
    assert [str(one) for one in complete(receiver)] == ["result"]
    assert is_empty(receiver)
    assert half.bus.statistics("held").duplicates == 1


def test_a_fault_needs_an_entity(half):
    """A misspelt name is not a fault that never strikes."""
    with pytest.raises(EntityNotFound, match="hled"):
        half.bus.hold_acks("hled")
