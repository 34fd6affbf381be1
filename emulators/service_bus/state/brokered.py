"""A message as the broker keeps and delivers it.

Azure docs: "Message sequencing and timestamps", "Message transfers, locks, and settlement".
"""

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import Final
from uuid import UUID

from proton import int32, symbol, timestamp, ubyte, uint

from emulators.service_bus.state.message import Message
from emulators.service_bus.state.sections import Code, encode


#: The header states a time to live in milliseconds as a uint; it leaves out what is longer.
MAX_TIME_TO_LIVE: Final = 0xFFFF_FFFF / 1000


class State(IntEnum):
    """What a peeked message says of itself (SDK: `ServiceBusMessageState`)."""

    ACTIVE = 0
    DEFERRED = 1
    SCHEDULED = 2


@dataclass(frozen=True, slots=True)
class Lock:
    """The right of one receiver to settle a message."""

    token: UUID  #: on the wire it is the delivery tag
    until: float  #: seconds since the epoch


@dataclass(slots=True, kw_only=True)
class BrokeredMessage:
    """A message with what the broker knows of it."""

    message: Message
    sequence_number: int
    enqueued_at: float  #: seconds since the epoch; for a scheduled message, when it is due
    time_to_live: float = math.inf  #: seconds
    state: State = State.ACTIVE
    delivery_count: int = 0  #: deliveries that failed
    lock: Lock | None = None
    dead_letter_source: str | None = None

    @property
    def deadline(self) -> float:
        """When time alone changes its state next. A lock and deferral hold expiry off."""
        if self.lock:
            return self.lock.until
        return math.inf if self.state is State.DEFERRED else self.enqueued_at + self.time_to_live

    def encode(self) -> bytes:
        """Return the message as it goes to a receiver."""
        return b"".join(
            (
                encode(Code.HEADER, self._header()),
                encode(Code.MESSAGE_ANNOTATIONS, self._annotations()),
                self.message.encoded_properties,
                self.message.encoded_application_properties,
                self.message.encoded_body,
            )
        )

    def _header(self) -> list[object]:
        finite = self.time_to_live <= MAX_TIME_TO_LIVE
        return [
            self.message.durable,
            ubyte(self.message.priority),
            uint(int(self.time_to_live * 1000)) if finite else None,
            False,  # first-acquirer
            uint(self.delivery_count),
        ]

    def _annotations(self) -> dict[object, object]:
        stamps: dict[str, object] = {
            "x-opt-enqueued-time": _timestamp(self.enqueued_at),
            "x-opt-sequence-number": self.sequence_number,
            "x-opt-message-state": int32(self.state),
        }
        if self.lock:
            stamps["x-opt-locked-until"] = _timestamp(self.lock.until)
        if self.dead_letter_source:
            stamps["x-opt-deadletter-source"] = self.dead_letter_source
        return {
            **self.message.annotations,
            **{symbol(name): value for name, value in stamps.items()},
        }


def _timestamp(seconds: float) -> timestamp:
    return timestamp(int(seconds * 1000))
