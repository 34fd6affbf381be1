"""Links on which a client sends messages to an entity."""

from functools import partial

from proton import Delivery, Receiver

from emulators.service_bus.amqp.links import ReceivingNode, accept, reject
from emulators.service_bus.state.entity import Entity
from emulators.service_bus.state.faults import Faults
from emulators.service_bus.state.message import MAX_MESSAGE_SIZE, Message
from emulators.service_bus.state.refusals import MessageTooLarge, Refused
from emulators.service_bus.state.sections import unbatch


class Incoming(ReceivingNode):
    """Stores what the client sends, and tells it so."""

    def __init__(self, link: Receiver, entity: Entity, faults: Faults) -> None:
        """Open the link.

        Raises:
            NotAllowed: Nobody sends to this entity.
        """
        self._entity = entity
        self._ingress = entity.to_send()
        self._faults = faults
        super().__init__(link)

    def on_transfer(self, delivery: Delivery, raw: bytes) -> None:
        """Store a message or a batch, and tell the client so."""
        try:
            self._faults.strike(self._entity.name)
            self._store(raw)
        except Refused as refused:
            reject(delivery, refused)
        else:
            self._faults.acknowledge(self._entity.name, partial(accept, delivery))

    def _store(self, raw: bytes) -> None:
        if len(raw) > MAX_MESSAGE_SIZE:
            message = f"The entity takes messages of at most {MAX_MESSAGE_SIZE} bytes."
            raise MessageTooLarge(message)
        self._ingress.send([Message.parse(part) for part in unbatch(raw)])
