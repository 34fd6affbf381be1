"""Entities, messages, and a clock. A test names only what it is about."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import proton

from emulators.service_bus.config import (
    DeliveryProperties,
    Queue,
    QueueProperties,
    Subscription,
)
from emulators.service_bus.state.message import Message


@dataclass
class FakeClock:
    """A clock that stands still until someone lets time pass."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def a_queue(name: str, **properties: Any) -> Queue:
    return Queue(name=name, properties=QueueProperties(**properties))


def a_subscription(name: str, **properties: Any) -> Subscription:
    return Subscription(name=name, properties=DeliveryProperties(**properties))


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def encoded(body: Any = "x", **fields: Any) -> bytes:
    """A message on the wire, written by Proton; `scheduled_at` is in seconds since the epoch."""
    if "scheduled_at" in fields:
        due = proton.timestamp(int(fields.pop("scheduled_at") * 1000))
        fields["annotations"] = {proton.symbol("x-opt-scheduled-enqueue-time"): due}
    return bytes(proton.Message(body, **fields).encode())


def a_message(body: Any = "x", **fields: Any) -> Message:
    return Message.parse(encoded(body, **fields))
