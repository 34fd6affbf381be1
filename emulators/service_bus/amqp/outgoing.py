"""Links on which a client receives the messages of an entity.

What a settlement by the client means: Azure docs, "AMQP 1.0 in Azure Service Bus and Event Hubs
protocol guide", and the SDK's `settle_message_via_receiver_link`.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4

from proton import Delivery, Link, Sender

from emulators.service_bus.amqp.links import Node, mirror, reject, transfer
from emulators.service_bus.state.refusals import Refused
from emulators.service_bus.state.settlement import (
    DESCRIPTION,
    REASON,
    DeadLetterReason,
    Settlement,
)
from emulators.service_bus.state.store import Store


#: What each final state of a delivery does. Modified defers if the client cannot have it again.
SETTLEMENTS: Final[Mapping[int, Settlement]] = {
    Delivery.ACCEPTED: Settlement.COMPLETE,
    Delivery.RELEASED: Settlement.RELEASE,
    Delivery.REJECTED: Settlement.DEAD_LETTER,
    Delivery.MODIFIED: Settlement.ABANDON,
}


class Outgoing(Node):
    """Delivers messages under locks, or for good if the client wants them settled."""

    def __init__(self, link: Sender, store: Store) -> None:
        self._link = link
        self._store = store
        self._settled = link.remote_snd_settle_mode == Link.SND_SETTLED
        self._tokens: dict[Delivery, UUID] = {}

    def open(self) -> None:
        """Open the link."""
        mirror(self._link)
        self._link.open()

    def deliver(self) -> bool:
        """Send the next message while the client has credit for it."""
        sent = self._link.credit > 0 and self._send_next()
        if self._link.drain_mode and not sent:
            self._link.drained()
        return sent

    def on_delivery(self, delivery: Delivery) -> None:
        """Do what the client decided about a message, and confirm it."""
        settlement = _settlement(delivery)
        if settlement is not None and (token := self._tokens.pop(delivery, None)):
            self._settle(delivery, token, settlement)
        elif delivery.settled:
            # The client forgets the delivery without deciding: the lock ends in its time.
            self._tokens.pop(delivery, None)
            delivery.settle()

    def _settle(self, delivery: Delivery, token: UUID, settlement: Settlement) -> None:
        try:
            self._store.settle(token, settlement, _reason(delivery))
        except Refused as refused:
            reject(delivery, refused)
        else:
            delivery.update(delivery.remote_state)
            delivery.settle()

    def _row(self) -> str | None:
        return None

    def _send_next(self) -> bool:
        receive = self._store.receive_and_delete if self._settled else self._store.receive
        brokered = receive(self._row())
        if brokered is None:
            return False
        token = brokered.lock.token if brokered.lock else uuid4()
        delivery = transfer(self._link, token.bytes_le, brokered.encode())
        if self._settled:
            delivery.settle()
        else:
            self._tokens[delivery] = token
        return True


def _settlement(delivery: Delivery) -> Settlement | None:
    if delivery.remote_state == Delivery.MODIFIED and delivery.remote.undeliverable:
        return Settlement.DEFER
    return SETTLEMENTS.get(delivery.remote_state)


def _reason(delivery: Delivery) -> DeadLetterReason:
    condition = delivery.remote.condition
    info: Any = (condition and condition.info) or {}
    return DeadLetterReason(info.get(REASON), info.get(DESCRIPTION))
