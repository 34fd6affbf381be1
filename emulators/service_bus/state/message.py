"""A message as it was sent. It never changes; what the broker adds is in `brokered`.

Which field lives in which section: Azure docs, "AMQP 1.0 in Azure Service Bus and Event Hubs
protocol guide", section "Messages".
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Final, Self

from emulators.service_bus.state.refusals import MalformedMessage
from emulators.service_bus.state.sections import Code, decode, encode, split


#: Bytes of a message or a batch in the Standard tier (Azure docs, "Service Bus quotas").
MAX_MESSAGE_SIZE: Final = 256 * 1024

DEFAULT_PRIORITY: Final = 4
MAX_UBYTE: Final = 0xFF
MAX_UINT: Final = 0xFFFF_FFFF
#: Milliseconds of the last moment that .NET, and so the service, knows.
END_OF_TIME: Final = 253_402_300_799_999
SCHEDULED_ENQUEUE_TIME: Final = "x-opt-scheduled-enqueue-time"
#: Set by the broker alone; what a sender wrote there is ignored.
BROKER_ANNOTATIONS: Final = frozenset(
    {
        "x-opt-deadletter-source",
        "x-opt-enqueued-time",
        "x-opt-locked-until",
        "x-opt-message-state",
        "x-opt-sequence-number",
    }
)
#: Fields of the header and the properties section; a sender may leave out nulls at the end.
HEADER_FIELDS: Final = 5
PROPERTY_FIELDS: Final = 13


class Property(IntEnum):
    """The fields of the properties section that the broker reads, by position."""

    MESSAGE_ID = 0
    TO = 2
    SUBJECT = 3
    REPLY_TO = 4
    CORRELATION_ID = 5
    CONTENT_TYPE = 6
    SESSION_ID = 10  # AMQP: group-id
    REPLY_TO_SESSION_ID = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it was sent. Sections that the broker does not change stay encoded."""

    durable: bool
    priority: int
    time_to_live: float  #: seconds; infinite when the sender set none
    scheduled_at: float  #: when it wants to be enqueued, seconds since the epoch; 0 for at once
    annotations: Mapping[Any, Any]
    properties: Sequence[Any]
    application_properties: Mapping[Any, Any]
    encoded_properties: bytes
    encoded_application_properties: bytes
    encoded_body: bytes  #: with the footer

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read an encoded message.

        Raises:
            MalformedMessage: The bytes are no AMQP message.
        """
        sections = list(split(raw))
        values = {section.code: section.value for section in sections}
        encoded = {section.code: section.raw for section in sections}
        header = _list(values.get(Code.HEADER), HEADER_FIELDS)
        annotations = _map(values.get(Code.MESSAGE_ANNOTATIONS))
        return cls(
            durable=bool(header[0]),
            priority=DEFAULT_PRIORITY if header[1] is None else _number(header[1], MAX_UBYTE),
            time_to_live=_number(header[2], MAX_UINT) / 1000 if header[2] else math.inf,
            scheduled_at=_number(annotations.get(SCHEDULED_ENQUEUE_TIME) or 0, END_OF_TIME) / 1000,
            annotations={k: v for k, v in annotations.items() if k not in BROKER_ANNOTATIONS},
            properties=_list(values.get(Code.PROPERTIES), PROPERTY_FIELDS),
            application_properties=_map(values.get(Code.APPLICATION_PROPERTIES)),
            encoded_properties=encoded.get(Code.PROPERTIES, b""),
            encoded_application_properties=encoded.get(Code.APPLICATION_PROPERTIES, b""),
            encoded_body=b"".join(part.raw for part in sections if part.code >= Code.DATA),
        )

    @property
    def message_id(self) -> str | None:
        """What duplicate detection compares."""
        return _text(self.properties[Property.MESSAGE_ID])

    @property
    def session_id(self) -> str | None:
        """The session it belongs to."""
        return _text(self.properties[Property.SESSION_ID])

    def with_application_properties(self, changes: Mapping[str, str]) -> Self:
        """Return the message with these application properties added or replaced."""
        properties = {**self.application_properties, **changes}
        return replace(
            self,
            application_properties=properties,
            encoded_application_properties=encode(Code.APPLICATION_PROPERTIES, properties),
        )


def _list(value: bytes | None, length: int) -> Sequence[Any]:
    found = decode(value) if value else []
    if not isinstance(found, list):
        raise MalformedMessage
    return found + [None] * (length - len(found))


def _map(value: bytes | None) -> Mapping[Any, Any]:
    found = decode(value) if value else {}
    if not isinstance(found, dict):
        raise MalformedMessage
    return found


def _number(value: object, ceiling: int) -> int:
    if not isinstance(value, int) or not 0 <= value <= ceiling:
        raise MalformedMessage
    return value


def _text(value: object) -> str | None:
    """Return an id as text: AMQP allows strings, numbers, UUIDs, and binaries."""
    match value:
        case None:
            return None
        case int():
            return str(int(value))  # Proton's ulong(7) would call itself that
        case bytes():
            return value.hex()
        case _:
            return str(value)
