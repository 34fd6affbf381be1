"""Claims-based security: the tokens that a connection has put.

Azure docs, "AMQP 1.0 in Azure Service Bus and Event Hubs protocol guide", section "Claims-based
authorization": tokens are put per entity and die with the connection.
"""

from http import HTTPStatus
from typing import Final

from emulators.service_bus.amqp.requests import Reply, Request
from emulators.service_bus.state.broker import Broker
from emulators.service_bus.state.refusals import Refused, Unauthorized, UnknownOperation
from emulators.service_bus.state.tokens import Authority, covers, entity_path


#: What follows the path of an entity in the address of its management node.
MANAGEMENT_SUFFIX: Final = "/$management"


class Claims:
    """What one connection may touch."""

    def __init__(self, authority: Authority, broker: Broker) -> None:
        self._authority = authority
        self._broker = broker
        self._audiences: set[str] = set()

    def require(self, path: str) -> None:
        """Let a link to an entity pass.

        Raises:
            Unauthorized: No token was put for it on this connection.
        """
        if not any(covers(audience, path) for audience in self._audiences):
            message = f"Unauthorized access. A token for '{path}' must be put first."
            raise Unauthorized(message)

    def answer(self, request: Request) -> Reply:
        """Do what a request to `$cbs` asks."""
        try:
            return self._put_token(request)
        except Refused as refused:
            return Reply.refusing(refused)

    def _put_token(self, request: Request) -> Reply:
        operation = request.properties.get("operation")
        if operation != "put-token":
            message = f"The operation '{operation}' is not known."
            raise UnknownOperation(message)
        audience = entity_path(str(request.properties.get("name")))
        path = audience.removesuffix(MANAGEMENT_SUFFIX)
        self._authority.check(str(request.body), path)
        if path:
            # The service refuses here, not at the link (SDK live test: test_sb_client_bad_entity).
            self._broker.entity(path)
        self._audiences.add(path)
        return Reply(status=HTTPStatus.ACCEPTED, description="Accepted")
