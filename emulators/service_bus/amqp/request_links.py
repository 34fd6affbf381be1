"""The two links of the request/response pattern, one for requests and one for replies.

A client pairs them by the address of the node (SDK: `ManagementLink`).
"""

import uuid
from collections.abc import Callable

from proton import Delivery, Receiver, Sender

from emulators.service_bus.amqp.links import (
    Node,
    ReceivingNode,
    accept,
    mirror,
    reject,
    transfer,
)
from emulators.service_bus.amqp.requests import Reply, Request, StatusNames
from emulators.service_bus.state.refusals import Refused


class Replies(Node):
    """The link on which a client receives the replies of one node."""

    def __init__(self, link: Sender) -> None:
        """Open the link."""
        self._link = link
        mirror(link)
        link.open()

    def send(self, raw: bytes) -> None:
        """Send a reply, settled: nobody waits for the client to confirm it."""
        transfer(self._link, uuid.uuid4().bytes, raw).settle()


class Requests(ReceivingNode):
    """The link on which a client sends requests to one node."""

    def __init__(
        self,
        link: Receiver,
        answer: Callable[[Request], Reply],
        names: StatusNames,
        replies: Callable[[], Replies],
    ) -> None:
        """Open the link; `replies` finds the other one, or raises NotAllowed."""
        super().__init__(link)
        self._answer = answer
        self._names = names
        self._replies = replies

    def on_transfer(self, delivery: Delivery, raw: bytes) -> None:
        """Answer a request."""
        try:
            self._handle(raw)
        except Refused as refused:
            reject(delivery, refused)
        else:
            accept(delivery)

    def _handle(self, raw: bytes) -> None:
        request = Request.parse(raw)
        replies = self._replies()
        replies.send(self._answer(request).encode(request, self._names))
