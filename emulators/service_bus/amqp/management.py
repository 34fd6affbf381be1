"""The operations of an entity's `$management` node: one function each, found by name.

Azure docs, "AMQP 1.0 in Microsoft Azure Service Bus: request-response-based operations"; values of
`disposition-status`, spelling included, from the SDK's `MESSAGE_MGMT_SETTLEMENT_TERM_MAP`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from operator import attrgetter
from typing import Any, Final

from proton import UNDESCRIBED, Array, Data, timestamp

from emulators.service_bus.amqp.requests import Reply, Request
from emulators.service_bus.state.brokered import BrokeredMessage
from emulators.service_bus.state.entity import Entity
from emulators.service_bus.state.message import MAX_MESSAGE_SIZE, Message
from emulators.service_bus.state.refusals import (
    BadArgument,
    MessageTooLarge,
    NotAllowed,
    Refused,
    UnknownOperation,
)
from emulators.service_bus.state.session_store import SessionStore
from emulators.service_bus.state.settlement import DeadLetterReason, Settlement


type Body = Mapping[str, Any]
type Operation = Callable[[Entity, Body], Reply]

PREFIX: Final = "com.microsoft:"
#: `receiver-settle-mode` 0 settles on delivery: receive-and-delete.
SETTLE_FIRST: Final = 0
#: `last-updated-time` of a client that wants all sessions: the end of time, in milliseconds.
ALL_SESSIONS: Final = 253_402_300_800_000
NO_CONTENT: Final = Reply(status=HTTPStatus.NO_CONTENT, description="No content.")

SETTLEMENTS: Final[Mapping[str, Settlement]] = {
    "completed": Settlement.COMPLETE,
    "abandoned": Settlement.ABANDON,
    "defered": Settlement.DEFER,
    "suspended": Settlement.DEAD_LETTER,
}


def manage(entity: Entity, request: Request) -> Reply:
    """Do what a request asks of an entity; refusals and bad requests become replies."""
    name = str(request.properties.get("operation")).removeprefix(PREFIX)
    try:
        if name not in OPERATIONS:
            message = f"The operation '{name}' is not known."
            raise UnknownOperation(message)
        return OPERATIONS[name](entity, request.body)
    except Refused as refused:
        return Reply.refusing(refused)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Reply.refusing(BadArgument(f"Field missing or wrong: {error!r}"))


def _renew_lock(entity: Entity, body: Body) -> Reply:
    store = entity.to_receive()
    ends = [_timestamp(store.renew(token)) for token in _elements(body["lock-tokens"])]
    return Reply({"expirations": _array(Data.TIMESTAMP, ends)})


def _peek(entity: Entity, body: Body) -> Reply:
    entity.to_receive()
    start, count = int(body["from-sequence-number"]), int(body["message-count"])
    found = [one for one in entity.browse(body.get("session-id")) if one.sequence_number >= start]
    if not found:
        return NO_CONTENT
    return _messages(sorted(found, key=attrgetter("sequence_number"))[:count])


def _schedule(entity: Entity, body: Body) -> Reply:
    encoded = [bytes(item["message"]) for item in body["messages"]]
    if sum(map(len, encoded)) > MAX_MESSAGE_SIZE:
        message = f"A request may carry {MAX_MESSAGE_SIZE} bytes of messages."
        raise MessageTooLarge(message)
    numbers = entity.to_send().send([Message.parse(raw) for raw in encoded])
    return Reply({"sequence-numbers": _array(Data.LONG, numbers)})


def _cancel(entity: Entity, body: Body) -> Reply:
    entity.to_send().cancel(_elements(body["sequence-numbers"]))
    return Reply()


def _update_disposition(entity: Entity, body: Body) -> Reply:
    store = entity.to_receive()
    settlement = SETTLEMENTS[body["disposition-status"]]
    why = DeadLetterReason(body.get("deadletter-reason"), body.get("deadletter-description"))
    for token in _elements(body["lock-tokens"]):
        store.settle(token, settlement, why)
    return Reply()


def _receive_deferred(entity: Entity, body: Body) -> Reply:
    numbers = _elements(body["sequence-numbers"])
    delete = body["receiver-settle-mode"] == SETTLE_FIRST
    return _messages(entity.to_receive().receive_deferred(numbers, delete=delete))


def _renew_session_lock(entity: Entity, body: Body) -> Reply:
    end = _session_store(entity).renew_session(body["session-id"])
    return Reply({"expiration": _timestamp(end)})


def _get_session_state(entity: Entity, body: Body) -> Reply:
    return Reply({"session-state": _session_store(entity).sessions.state(body["session-id"])})


def _set_session_state(entity: Entity, body: Body) -> Reply:
    state = body["session-state"]
    content = None if state is None else bytes(state)
    _session_store(entity).sessions.set_state(body["session-id"], content)
    return Reply()


def _get_message_sessions(entity: Entity, body: Body) -> Reply:
    store, since = _session_store(entity), int(body["last-updated-time"])
    names: Iterable[str] = (
        store.session_ids() if since >= ALL_SESSIONS else store.sessions.with_state(since / 1000)
    )
    skip, top = int(body["skip"]), int(body["top"])
    page = sorted(names)[skip : skip + top]
    return Reply({"skip": skip, "sessions-ids": page}) if page else NO_CONTENT


OPERATIONS: Final[Mapping[str, Operation]] = {
    "renew-lock": _renew_lock,
    "peek-message": _peek,
    "schedule-message": _schedule,
    "cancel-scheduled-message": _cancel,
    "update-disposition": _update_disposition,
    "receive-by-sequence-number": _receive_deferred,
    "renew-session-lock": _renew_session_lock,
    "get-session-state": _get_session_state,
    "set-session-state": _set_session_state,
    "get-message-sessions": _get_message_sessions,
}


def _session_store(entity: Entity) -> SessionStore:
    store = entity.to_receive()
    if not isinstance(store, SessionStore):
        message = f"The entity '{entity.name}' has no sessions."
        raise NotAllowed(message)
    return store


def _messages(found: Iterable[BrokeredMessage]) -> Reply:
    return Reply({"messages": [_wire_form(brokered) for brokered in found]})


def _wire_form(brokered: BrokeredMessage) -> dict[str, object]:
    message: dict[str, object] = {"message": brokered.encode()}
    return {**message, "lock-token": brokered.lock.token} if brokered.lock else message


def _array(kind: int, values: Iterable[int]) -> Array:
    return Array(UNDESCRIBED, kind, *values)  # type: ignore[arg-type]  # the hint forgets UNDESCRIBED


def _elements(value: Array | Sequence[Any]) -> list[Any]:
    return list(value.elements if isinstance(value, Array) else value)


def _timestamp(seconds: float) -> timestamp:
    return timestamp(int(seconds * 1000))
