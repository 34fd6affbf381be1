"""Requests that the SDK would not send: each is answered, none does harm."""

import uuid

import pytest

from emulators.service_bus.amqp.cbs import Claims
from emulators.service_bus.amqp.management import OPERATIONS, manage
from emulators.service_bus.amqp.requests import Request
from emulators.service_bus.config import Config, Topic
from emulators.service_bus.state.broker import Broker
from emulators.service_bus.state.refusals import MalformedMessage, Unauthorized
from emulators.service_bus.state.tokens import Authority
from tests.emulators.service_bus.builders import (
    FakeClock,
    a_message,
    a_queue,
    a_subscription,
    encoded,
)


CONFIG = Config(
    queues=(a_queue("plain"), a_queue("sessions", requires_session=True)),
    topics=(Topic(name="events", subscriptions=(a_subscription("all"),)),),
)
#: Complete requests; each operation needs some of it.
BODY = {
    "lock-tokens": [uuid.UUID(int=1)],
    "sequence-numbers": [1],
    "from-sequence-number": 1,
    "message-count": 1,
    "messages": [{"message": encoded()}],
    "disposition-status": "completed",
    "receiver-settle-mode": 1,
    "session-id": "A",
    "session-state": b"x",
    "last-updated-time": 0,
    "skip": 0,
    "top": 1,
}


@pytest.fixture
def broker():
    return Broker(CONFIG, FakeClock())


def ask(broker, entity, operation, body=None):
    request = Request(1, {"operation": f"com.microsoft:{operation}"}, body)
    return manage(broker.entity(entity), request)


def test_names_of_entities_have_no_case(broker):
    """As at the service."""
    assert broker.entity("PLAIN") is broker.entity("plain")
    assert broker.entity("events/subscriptions/ALL/$deadletterqueue")


def test_an_unknown_operation_is_told(broker):
    """The node lives on."""
    reply = ask(broker, "plain", "make-coffee")
    assert (reply.status, reply.condition) == (501, "amqp:not-implemented")


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("body", [None, "text", {}, dict.fromkeys(BODY, "wrong")])
def test_an_incomplete_request_is_answered(broker, operation, body):
    """Fields missing or of the wrong type are the client's fault, whatever the operation."""
    for entity in ("plain", "sessions", "events", "events/Subscriptions/all"):
        assert 400 <= ask(broker, entity, operation, body).status < 500


@pytest.mark.parametrize(
    ("entity", "operation", "condition"),
    [
        ("plain", "renew-lock", "com.microsoft:message-lock-lost"),
        ("sessions", "renew-lock", "amqp:not-allowed"),
        ("plain", "update-disposition", "com.microsoft:message-lock-lost"),
        ("sessions", "update-disposition", "com.microsoft:session-lock-lost"),
        ("plain", "cancel-scheduled-message", "com.microsoft:message-not-found"),
        ("plain", "receive-by-sequence-number", "com.microsoft:message-not-found"),
        ("plain", "get-session-state", "amqp:not-allowed"),
        ("sessions", "get-session-state", "com.microsoft:session-lock-lost"),
        ("sessions", "set-session-state", "com.microsoft:session-lock-lost"),
        ("sessions", "renew-session-lock", "com.microsoft:session-lock-lost"),
        ("sessions", "schedule-message", "amqp:not-allowed"),
        ("events", "peek-message", "amqp:not-allowed"),
        ("events/Subscriptions/all", "schedule-message", "amqp:not-allowed"),
    ],
)
def test_what_is_not_there_is_refused_with_the_services_condition(
    broker, entity, operation, condition
):
    """The SDK makes its exceptions from these conditions."""
    assert ask(broker, entity, operation, BODY).condition == condition


def test_schedule_requests_have_a_limit(broker):
    """As much as one transfer may carry."""
    messages = [{"message": encoded(b"x" * 100_000)} for _ in range(3)]
    reply = ask(broker, "plain", "schedule-message", {"messages": messages})
    assert reply.condition == "amqp:link:message-size-exceeded"
    assert broker.entity("plain").statistics().accepted == 0


def test_a_deferred_message_can_be_received_and_deleted(broker):
    """Settle mode 0 is receive-and-delete."""
    store = broker.entity("plain").to_receive()
    store.enqueue(a_message())
    token = store.receive().lock.token
    defer = {"lock-tokens": [token], "disposition-status": "defered"}
    assert ask(broker, "plain", "update-disposition", defer).status == 200
    wanted = {"sequence-numbers": [1], "receiver-settle-mode": 0}
    (message,) = ask(broker, "plain", "receive-by-sequence-number", wanted).body["messages"]
    assert "lock-token" not in message
    assert broker.entity("plain").statistics().completed == 1


def test_sessions_are_listed_by_the_time_of_their_state(broker):
    """A time asks for states set later than that; messages alone do not count then."""
    store = broker.entity("sessions").to_receive()
    store.enqueue(a_message(group_id="A"))
    store.sessions.accept("B", "receiver")
    store.sessions.set_state("B", b"x")
    for since, expected in ((0, ["B"]), (10**13, None), (253_402_300_800_000, ["A", "B"])):
        body = {"last-updated-time": since, "skip": 0, "top": 9}
        reply = ask(broker, "sessions", "get-message-sessions", body)
        assert reply.body.get("sessions-ids") == expected


def test_cbs_knows_one_operation_only(broker):
    """Anything but put-token is refused, and opens nothing."""
    claims = Claims(Authority("rule", "key", FakeClock()), broker)
    assert claims.answer(Request(1, {"operation": "delete-token"}, "a.b.c")).status == 501
    with pytest.raises(Unauthorized):
        claims.require("plain")


def test_a_request_that_is_no_message_is_refused():
    """Proton's own complaints stay inside."""
    with pytest.raises(MalformedMessage):
        Request.parse(b"\x00\x53\x73\xff")
    assert Request.parse(encoded("x")).properties == {}
