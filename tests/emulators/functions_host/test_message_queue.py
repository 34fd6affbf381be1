"""The queue that listeners see, on Azurite."""

import asyncio
import base64
from datetime import timedelta

import pytest
from azure.core.exceptions import HttpResponseError
from hypothesis import given
from hypothesis import strategies as st

from emulators.functions_host.message_queue import ENCODINGS, MessageQueue


MINUTE = timedelta(minutes=1)


@pytest.fixture
def client(storage):
    """Return the SDK's queue."""
    return storage.queue("work")


async def received(queue):
    """Send a message and take it."""
    await queue.send("hello")
    (message,) = await queue.receive(16, MINUTE)
    return message


def test_a_queue_is_made_when_something_is_sent(client):
    """As by an output binding, and whoever listens is told."""
    queue = MessageQueue(client)
    message = asyncio.run(received(queue))
    assert (message.content, message.dequeue_count) == ("hello", 1)
    assert queue.sent.is_set()


def test_making_a_queue_twice_is_no_error(client):
    """Two hosts may start at a time."""
    queue = MessageQueue(client)
    asyncio.run(queue.create())
    asyncio.run(queue.create())


def test_an_empty_queue_has_nothing(client):
    """No waiting, no error."""
    queue = MessageQueue(client)
    asyncio.run(queue.create())
    assert asyncio.run(queue.receive(16, MINUTE)) == []


def test_a_message_can_be_deleted_after_it_was_kept_hidden(client):
    """The receipt changes on the way; the message knows the new one."""

    async def keep_and_delete():
        queue = MessageQueue(client)
        message = await received(queue)
        first = message.pop_receipt
        await queue.hide(message, MINUTE)
        await queue.delete(message)
        return first, message.pop_receipt

    before, after = asyncio.run(keep_and_delete())
    assert before != after
    assert client.get_queue_properties().approximate_message_count == 0


def test_a_message_that_someone_else_holds_is_left_to_them(client):
    """Neither deleting nor hiding it is an error (QueueProcessor)."""

    async def lose():
        queue = MessageQueue(client)
        message = await received(queue)
        client.update_message(message.id, message.pop_receipt, visibility_timeout=60)
        await queue.hide(message, MINUTE)
        await queue.delete(message)

    asyncio.run(lose())
    assert client.get_queue_properties().approximate_message_count == 1


def test_a_message_that_is_gone_is_gone(client):
    """Deleting it twice is no error."""

    async def delete_twice():
        queue = MessageQueue(client)
        message = await received(queue)
        await queue.delete(message)
        await queue.delete(message)

    asyncio.run(delete_twice())


def test_other_refusals_are_errors(client):
    """A message that is too large is refused by the service."""
    with pytest.raises(HttpResponseError, match="RequestBodyTooLarge"):
        asyncio.run(MessageQueue(client).send("x" * 70_000))


@given(st.binary())
def test_base64_carries_any_bytes(content):
    """And only base64 is taken for base64."""
    encoding = ENCODINGS["base64"]
    assert encoding.decode(encoding.encode(content)) == content
    assert base64.b64decode(encoding.encode(content)) == content


@pytest.mark.parametrize("text", ["plain", "e30", "e30=\x00", "{}"])
def test_what_is_not_base64_is_refused(text):
    """Missing padding too: .NET is as strict."""
    with pytest.raises(ValueError, match=r"base64|padding|multiple"):
        ENCODINGS["base64"].decode(text)
