"""One client's connection: what it may touch, and where its links lead."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from proton import Connection, Delivery, Handler, Receiver, Sender, Session

from emulators.service_bus.amqp.cbs import MANAGEMENT_SUFFIX, Claims
from emulators.service_bus.amqp.incoming import Incoming
from emulators.service_bus.amqp.links import Node, refuse
from emulators.service_bus.amqp.management import manage
from emulators.service_bus.amqp.outgoing import Outgoing
from emulators.service_bus.amqp.request_links import Replies, Requests
from emulators.service_bus.amqp.requests import CBS, MANAGEMENT, Reply, Request, StatusNames
from emulators.service_bus.amqp.session_outgoing import (
    SESSION_FILTER,
    SessionOutgoing,
    source_filters,
)
from emulators.service_bus.state.broker import Broker
from emulators.service_bus.state.clock import Clock
from emulators.service_bus.state.faults import Faults
from emulators.service_bus.state.refusals import NotAllowed, Refused
from emulators.service_bus.state.session_store import SessionStore
from emulators.service_bus.state.store import Store
from emulators.service_bus.state.tokens import Authority, entity_path


log = logging.getLogger(__name__)

CBS_ADDRESS: Final = "$cbs"
#: Bytes that a client may send ahead on all links of a session.
SESSION_WINDOW: Final = 16 * 1024 * 1024


class Event(Protocol):
    """An event of Proton's; it has what its kind is about."""

    connection: Connection
    session: Session
    link: Sender | Receiver
    delivery: Delivery


class Peer(Handler):
    """The broker's side of one connection. Proton calls the methods `on_...`."""

    def __init__(self, broker: Broker, authority: Authority, faults: Faults, clock: Clock) -> None:
        self._broker = broker
        self._claims = Claims(authority, broker)
        self._faults = faults
        self._clock = clock
        self._nodes: dict[Sender | Receiver, Node] = {}

    def deliver(self) -> int:
        """Send one message on every link that can have one; return how many went out."""
        return sum(node.deliver() for node in self._nodes.values())

    def disconnected(self) -> None:
        """Clean up: the client has gone, with or without a word."""
        while self._nodes:
            self._nodes.popitem()[1].close()

    def on_connection_remote_open(self, event: Event) -> None:
        """Welcome the client; what it may do is decided link by link."""
        event.connection.open()

    def on_connection_remote_close(self, event: Event) -> None:
        """Say goodbye."""
        self.disconnected()
        event.connection.close()

    def on_session_remote_open(self, event: Event) -> None:
        """Open our side of the AMQP session, which has nothing to do with message sessions."""
        event.session.incoming_capacity = SESSION_WINDOW
        event.session.open()

    def on_session_remote_close(self, event: Event) -> None:
        """Close our side."""
        event.session.close()

    def on_link_remote_open(self, event: Event) -> None:
        """Lead the link to where the client wants it, or tell why not."""
        try:
            self._nodes[event.link] = self._lead(event.link)
        except Refused as refused:
            log.info("refused a link to %s: %s", _address(event.link), refused)
            refuse(event.link, refused)

    def on_link_remote_close(self, event: Event) -> None:
        """Clean up after a link."""
        if node := self._nodes.pop(event.link, None):
            node.close()
        event.link.close()

    on_link_remote_detach = on_link_remote_close

    def on_delivery(self, event: Event) -> None:
        """Pass on what came over a link."""
        if node := self._nodes.get(event.link):
            node.on_delivery(event.delivery)

    def _lead(self, link: Sender | Receiver) -> Node:
        address = _address(link)
        if address == CBS_ADDRESS:
            return self._ask(link, self._claims.answer, CBS)
        path = address.removesuffix(MANAGEMENT_SUFFIX)
        self._claims.require(path)
        entity = self._broker.entity(path)
        if path != address:
            return self._ask(link, partial(manage, entity), MANAGEMENT)
        if isinstance(link, Receiver):
            return Incoming(link, entity, self._faults)
        return self._receive(link, entity.to_receive())

    def _ask(
        self, link: Sender | Receiver, answer: Callable[[Request], Reply], names: StatusNames
    ) -> Node:
        if isinstance(link, Receiver):
            return Requests(link, answer, names, partial(self._replies_of, _address(link)))
        return Replies(link)

    def _replies_of(self, address: str) -> Replies:
        for link, node in self._nodes.items():
            if isinstance(node, Replies) and _address(link) == address:
                return node
        message = f"There is no link to receive replies from '{address}'."
        raise NotAllowed(message)

    def _receive(self, link: Sender, store: Store) -> Node:
        node = Outgoing(link, store)
        if isinstance(store, SessionStore):
            node = SessionOutgoing(link, store, self._clock)
        elif SESSION_FILTER in source_filters(link):
            message = (
                "A sessionful message receiver cannot be created on an entity that does not "
                "require sessions."
            )
            raise NotAllowed(message)
        node.open()
        return node


def _address(link: Sender | Receiver) -> str:
    """Return the path a link is to lead to: where its messages come from, or where they go."""
    end = link.remote_source if isinstance(link, Sender) else link.remote_target
    return entity_path(end.address or "")
