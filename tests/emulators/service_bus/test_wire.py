"""Clients that do what the SDK does not: Proton's own client, and bytes on a bare socket."""

import socket

import pytest
from proton import Delivery, Message, ProtonException, Timeout
from proton.utils import BlockingConnection, LinkDetached, SendException

from emulators.service_bus.config import Config
from emulators.service_bus.server import serve
from tests.emulators.service_bus.builders import a_queue, encoded


CONFIG = Config(queues=(a_queue("orders"), a_queue("odd"), a_queue("forgotten")))


#: Seconds of silence after which the client hangs up.
HEARTBEAT = 1


class Raw:
    """Bytes that Proton's client sends as if they were a message."""

    def __init__(self, content):
        self.content = content

    def send(self, sender, tag=None):
        delivery = sender.delivery(tag or sender.delivery_tag())
        sender.stream(self.content)
        sender.advance()
        return delivery


@pytest.fixture(scope="module")
def bus():
    with serve(CONFIG) as running:
        yield running


@pytest.fixture
def stranger(bus):
    """A connection that has put no token."""
    connection = BlockingConnection(f"127.0.0.1:{bus.port}", timeout=10, heartbeat=HEARTBEAT)
    yield connection
    connection.close()


@pytest.fixture
def connection(stranger):
    """A connection that has put a token for everything."""
    replies = stranger.create_receiver("$cbs")
    properties = {"operation": "put-token", "type": "jwt", "name": "sb://host/"}
    stranger.create_sender("$cbs").send(Message("a.b.c", properties=properties))
    assert replies.receive().properties["status-code"] == 202
    return stranger


def test_without_a_token_no_link_opens(stranger):
    """Neither to an entity nor to its management node."""
    for address in ("orders", "orders/$management"):
        with pytest.raises(LinkDetached) as error:
            stranger.create_sender(address)
        assert error.value.condition == "amqp:unauthorized-access"


def test_another_client_sends_and_receives(connection, bus):
    """Nothing here depends on the SDK's habits."""
    sender = connection.create_sender("orders")
    sender.send(Message("x", id="1"))
    receiver = connection.create_receiver("orders", credit=1)
    message = receiver.receive()
    assert (message.body, message.id) == ("x", "1")
    receiver.accept()
    sender.send(Message("y"))
    receiver.flow(1)
    receiver.receive()
    receiver.reject()
    connection.wait(lambda: bus.statistics("orders").dead_lettered)
    assert bus.statistics("orders").completed == 1


def test_a_delivery_settled_without_an_outcome_stays_locked(connection, bus):
    """The client has forgotten it; whether it did its work the broker cannot know."""
    connection.create_sender("forgotten").send(Message("x"))
    receiver = connection.create_receiver("forgotten", credit=1)
    receiver.receive()
    receiver.settle()
    connection.create_sender("$cbs", name="another round trip")
    assert bus.statistics("forgotten").locked == 1


def test_what_is_no_message_is_rejected(connection, bus):
    """The link stays open for better ones."""
    sender = connection.create_sender("odd")
    for rubbish in (b"rubbish", encoded("x")[:-1]):
        with pytest.raises(SendException) as error:
            sender.send(Raw(rubbish))
        assert error.value.state == Delivery.REJECTED
    sender.send(Message("x"))
    assert bus.statistics("odd").accepted == 1


def test_a_message_of_many_frames_is_collected_before_it_is_refused(connection):
    """A client that ignores the size limit of the link is told, and may go on."""
    sender = connection.create_sender("odd")
    with pytest.raises(SendException):
        sender.send(Message(b"x" * 5_000_000))
    sender.send(Message(b"x" * 200_000))


def test_a_request_without_a_link_for_the_reply_is_rejected(connection):
    """There is nowhere to send an answer to."""
    with pytest.raises(SendException):
        connection.create_sender("odd/$management").send(Message({}, properties={}))


def test_the_broker_keeps_an_idle_connection_alive(stranger):
    """A client that wants to hear something every now and then does."""
    with pytest.raises(Timeout):
        stranger.wait(lambda: False, timeout=1.5 * HEARTBEAT)
    stranger.create_sender("$cbs")


@pytest.mark.parametrize("content", [b"GET / HTTP/1.1\r\n\r\n", b"AMQP\x00\x01\x00\x00\xff" * 99])
def test_what_is_not_amqp_is_hung_up_on(bus, content):
    """And nobody else notices."""
    with socket.create_connection(("127.0.0.1", bus.port), timeout=5) as client:
        client.sendall(content)
        while client.recv(4096):
            pass
    assert bus.statistics("orders")


def test_a_client_may_vanish_at_any_point(bus):
    """Half a handshake leaves nothing behind that hurts."""
    handshake = b"AMQP\x03\x01\x00\x00\x00\x00\x00\x1a"
    for length in range(1, len(handshake)):
        with socket.create_connection(("127.0.0.1", bus.port), timeout=5) as client:
            client.sendall(handshake[:length])
    assert bus.statistics("orders")


def test_two_namespaces_do_not_know_each_other(bus):
    """Each has its own port and its own messages; a taken port is told."""
    with serve(CONFIG) as other:
        assert other.port != bus.port
        assert other.statistics("odd").accepted == 0
    with pytest.raises(OSError, match="in use"), serve(CONFIG, port=bus.port):
        pass
    with pytest.raises((ProtonException, OSError)):
        BlockingConnection(f"127.0.0.1:{other.port}", timeout=1, reconnect=False)
