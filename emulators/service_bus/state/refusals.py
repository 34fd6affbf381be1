"""What the broker refuses, by the AMQP condition that tells the client.

Conditions: `azure.servicebus._common.constants` and `_pyamqp.error`, which map them to exceptions.
"""

from http import HTTPStatus
from typing import ClassVar


class Refused(Exception):
    """A client asked for something it cannot have. The message is for people."""

    condition: str = "amqp:internal-error"
    #: What a request/response node answers.
    status: ClassVar[int] = HTTPStatus.INTERNAL_SERVER_ERROR
    default: ClassVar[str] = ""

    def __init__(self, description: str = "") -> None:
        super().__init__(description or self.default)


class Injected(Refused):
    """A fault that a test asked for, with a condition of its choice."""

    def __init__(self, condition: str) -> None:
        super().__init__("This fault was injected.")
        self.condition = condition


class MalformedMessage(Refused):
    """The bytes are no AMQP message."""

    condition = "amqp:decode-error"
    status = HTTPStatus.BAD_REQUEST
    default = "The message could not be decoded."


class MessageTooLarge(Refused):
    """The message is larger than the entity takes."""

    condition = "amqp:link:message-size-exceeded"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class NotAllowed(Refused):
    """The entity does not do that."""

    condition = "amqp:not-allowed"
    status = HTTPStatus.BAD_REQUEST


class BadArgument(Refused):
    """A request lacks a field or has a wrong one."""

    condition = "com.microsoft:argument-error"
    status = HTTPStatus.BAD_REQUEST


class UnknownOperation(Refused):
    """The node does not know the operation."""

    condition = "amqp:not-implemented"
    status = HTTPStatus.NOT_IMPLEMENTED


class Unauthorized(Refused):
    """There is no valid token for the entity on this connection."""

    condition = "amqp:unauthorized-access"
    status = HTTPStatus.UNAUTHORIZED


class EntityNotFound(Refused):
    """There is no entity of that name."""

    condition = "amqp:not-found"
    status = HTTPStatus.NOT_FOUND

    def __init__(self, path: str) -> None:
        super().__init__(f"The messaging entity '{path}' could not be found.")


class MessageNotFound(Refused):
    """No message has that sequence number in that state."""

    condition = "com.microsoft:message-not-found"
    status = HTTPStatus.NOT_FOUND
    default = "Failed to find one or more messages with the specified sequence number."


class MessageLockLost(Refused):
    """The lock has expired, or was settled before."""

    condition = "com.microsoft:message-lock-lost"
    status = HTTPStatus.GONE
    default = (
        "The lock supplied is invalid. Either the lock expired, or the message has already been "
        "removed from the queue."
    )


class SessionLockLost(Refused):
    """The session is not locked any more."""

    condition = "com.microsoft:session-lock-lost"
    status = HTTPStatus.GONE
    default = "The session lock has expired on the session. Accept the session again."


class SessionCannotBeLocked(Refused):
    """Another receiver holds the session."""

    condition = "com.microsoft:session-cannot-be-locked"
    status = HTTPStatus.CONFLICT
    default = "The requested session cannot be accepted. It may be locked by another receiver."


class NoSessionInTime(Refused):
    """No session came free in the time that the receiver was willing to wait."""

    condition = "com.microsoft:timeout"
    status = HTTPStatus.REQUEST_TIMEOUT
    default = "No session became available within the specified time."
