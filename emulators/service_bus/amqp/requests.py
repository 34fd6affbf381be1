"""The request/response pattern of `$cbs` and `$management`.

Azure docs, "AMQP 1.0 in Microsoft Azure Service Bus: request-response-based operations".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, NamedTuple, Self

import proton
from proton import int32, symbol

from emulators.service_bus.state.message import Message, Property
from emulators.service_bus.state.refusals import Refused
from emulators.service_bus.state.sections import Code, decode, split


class StatusNames(NamedTuple):
    """How a node calls the status in a reply."""

    code: str
    description: str


CBS: Final = StatusNames("status-code", "status-description")
MANAGEMENT: Final = StatusNames("statusCode", "statusDescription")


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks of a node."""

    message_id: Any
    properties: Mapping[str, Any]
    body: Any

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read an encoded request.

        Raises:
            MalformedMessage: The bytes are no AMQP message.
        """
        message = Message.parse(raw)
        values = {section.code: section.value for section in split(message.encoded_body)}
        body = decode(values[Code.VALUE]) if Code.VALUE in values else None
        message_id = message.properties[Property.MESSAGE_ID]
        return cls(message_id, message.application_properties, body)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a node answers."""

    body: Mapping[str, Any] = field(default_factory=dict)
    status: int = HTTPStatus.OK
    description: str = "OK"
    condition: str | None = None

    @classmethod
    def refusing(cls, refused: Refused) -> Self:
        """Return the answer to a request that is refused."""
        return cls({}, refused.status, str(refused), refused.condition)

    def encode(self, request: Request, names: StatusNames) -> bytes:
        """Return the reply to a request as it goes on the wire."""
        properties: dict[str, object] = {
            names.code: int32(self.status),
            names.description: self.description,
        }
        if self.condition:
            properties["errorCondition"] = symbol(self.condition)
        message = proton.Message(
            body=dict(self.body), correlation_id=request.message_id, properties=properties
        )
        return bytes(message.encode())
