"""Who gets in, and where to. An attempt takes a second, so the attempts of a test run at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.servicebus import ServiceBusClient, ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient as AioServiceBusClient
from azure.servicebus.exceptions import ServiceBusAuthenticationError, ServiceBusError

from emulators.service_bus.config import Config, Topic
from emulators.service_bus.server import KEY
from tests.emulators.service_bus.builders import a_queue, a_subscription
from tests.emulators.service_bus.sdk import Blocking


CONFIG = Config(
    queues=(a_queue("orders"),),
    topics=(Topic(name="events", subscriptions=(a_subscription("all"),)),),
)


class TokenCredential:
    """Gives out a token of the test's making."""

    def __init__(self, token):
        self.token = token

    def get_token(self, *_scopes, **_options):
        return AccessToken(self.token, int(time.time()) + 3600)


class AioTokenCredential(TokenCredential):
    async def get_token(self, *scopes, **options):
        return super().get_token(*scopes, **options)


def with_token(half, token):
    """A client of the same half that shows a token instead of a key."""
    address = f"127.0.0.1:{half.bus.port}"
    if isinstance(half.client, Blocking):
        credential: Any = AioTokenCredential(token)
        client = AioServiceBusClient(address, credential, use_tls=False, retry_total=0)
        return Blocking(client, half.client.loop)
    return ServiceBusClient(address, TokenCredential(token), use_tls=False, retry_total=0)


def send(client, queue):
    with client.get_queue_sender(queue) as sender:
        sender.send_messages(ServiceBusMessage("x"))


def receive(client, queue):
    with client.get_queue_receiver(queue) as receiver:
        receiver.receive_messages(max_wait_time=5)


def error_of(attempt):
    """What an attempt to do something with a client and a queue raises."""
    function, client, queue = attempt
    with pytest.raises(ServiceBusError) as error:
        function(client, queue)
    return type(error.value)


def errors_of(*attempts):
    with ThreadPoolExecutor(len(attempts)) as pool:
        return set(pool.map(error_of, attempts))


def test_nobody_gets_in_without_a_good_token(half):
    """Wrong keys and what looks like no token are refused; an unknown entity as by the service."""
    wrong_key = half.bus.connection_string.replace(KEY, "another")
    with half.another_client(wrong_key, retry_total=0) as client, with_token(half, "x") as no_jwt:
        assert errors_of(
            (send, client, "orders"),
            (receive, client, "orders"),
            (send, no_jwt, "orders"),
            (send, half.client, "nowhere"),
            (receive, half.client, "nowhere"),
        ) == {ServiceBusAuthenticationError}
    assert half.bus.statistics("orders").accepted == 0


def test_a_json_web_token_lets_in_by_its_shape(half):
    """There is nobody who could have signed it, so nobody asks."""
    with with_token(half, "header.payload.signature") as client:
        send(client, "orders")
    assert half.bus.statistics("orders").accepted == 1


def test_entities_are_used_for_what_they_are_there_for(half):
    """One does not send to a subscription or a dead-letter queue, nor receive from a topic."""
    errors = errors_of(
        (send, half.client, "events/Subscriptions/all"),
        (send, half.client, "orders/$DeadLetterQueue"),
        (receive, half.client, "events"),
    )
    assert all(issubclass(error, ServiceBusError) for error in errors)
