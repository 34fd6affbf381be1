"""The broker's ends of links: what they can do, and how they are opened and refused."""

import uuid
from abc import ABC, abstractmethod
from typing import Any, Final

from proton import Condition, Delivery, Link, Receiver, Sender, symbol

from emulators.service_bus.state.message import MAX_MESSAGE_SIZE
from emulators.service_bus.state.refusals import Refused


#: Transfers that a client may send before it hears from us.
CREDIT: Final = 500


class Node:
    """What a link of a client leads to."""

    def on_delivery(self, delivery: Delivery) -> None:
        """React to a message that came, or to the settlement of one that went out."""

    def deliver(self) -> bool:
        """Send one message, if there is one and the client wants it; tell whether it went out."""
        return False

    def close(self) -> None:
        """Clean up: the client has gone."""


class ReceivingNode(Node, ABC):
    """A node that the client sends to. It may send a transfer in many frames."""

    def __init__(self, link: Receiver) -> None:
        """Open the link and let the client send."""
        self._link = link
        self._received = bytearray()
        mirror(link)
        link.open()
        link.flow(CREDIT)

    def on_delivery(self, delivery: Delivery) -> None:
        """Collect a transfer; when it is whole, let the client send another one."""
        self._received += self._link.recv(delivery.pending) or b""
        if not delivery.partial:
            raw = bytes(self._received)
            self._received.clear()
            self._link.advance()
            self._link.flow(CREDIT - self._link.credit)
            self.on_transfer(delivery, raw)

    @abstractmethod
    def on_transfer(self, delivery: Delivery, raw: bytes) -> None:
        """React to a transfer and settle its delivery."""


def mirror(link: Link) -> None:
    """Make our end of a link, before it is opened, the way the client asked for it."""
    link.source.copy(link.remote_source)
    link.target.copy(link.remote_target)
    link.snd_settle_mode = link.remote_snd_settle_mode
    link.rcv_settle_mode = link.remote_rcv_settle_mode
    link.max_message_size = MAX_MESSAGE_SIZE


def transfer(link: Sender, tag: bytes, raw: bytes) -> Delivery:
    """Send an encoded message under a delivery tag."""
    delivery = link.delivery(tag)  # type: ignore[arg-type]  # the hint says str, tags are bytes
    link.stream(raw)
    link.advance()
    return delivery


def refuse(link: Link, refused: Refused) -> None:
    """Open our end and close it at once, with the reason.

    The protocol guide shows no source and target here; `azure.servicebus` 7.15 needs both.
    """
    mirror(link)
    link.open()
    detach(link, refused)


def detach(link: Link, refused: Refused) -> None:
    """Close our end of a link, with the reason."""
    link.condition = condition(refused)
    link.close()


def accept(delivery: Delivery) -> None:
    """Settle a delivery as accepted."""
    delivery.update(Delivery.ACCEPTED)
    delivery.settle()


def reject(delivery: Delivery, refused: Refused) -> None:
    """Settle a delivery as rejected, with the reason."""
    delivery.local.condition = condition(refused)
    delivery.update(Delivery.REJECTED)
    delivery.settle()


def condition(refused: Refused) -> Condition:
    """Return the reason as AMQP has it.

    `azure.servicebus` 7.15 reads condition, description and info of a rejected transfer; when one
    is missing, its send hangs.
    """
    info: dict[Any, Any] = {symbol("com.microsoft:tracking-id"): uuid.uuid4().hex}
    return Condition(refused.condition, str(refused), info)
