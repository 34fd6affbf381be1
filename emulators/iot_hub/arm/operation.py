"""What an operation of Resource Manager is, and what every one of them looks at first."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final
from uuid import uuid4

from emulators.iot_hub.arm.access import authenticate
from emulators.iot_hub.arm.contract import API_VERSIONS, WELL_FORMED, Contract
from emulators.iot_hub.arm.errors import ArmError, Refusal, by_provider
from emulators.iot_hub.arm.management import Management
from emulators.iot_hub.errors import HubError
from emulators.iot_hub.routes.operation import Answer, Call
from emulators.iot_hub.server import RunningHub


#: Headers of every answer (recorded).
_HEADERS: Final = {
    "cache-control": "no-cache",
    "expires": "-1",
    "pragma": "no-cache",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "vary": "Accept-Encoding",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A call, and the plane that it came to."""

    management: Management
    call: Call

    @property
    def api_version(self) -> str:
        """What the client says it speaks."""
        return self.call.query.get("api-version", "")

    @property
    def contract(self) -> Contract:
        """How the call is answered: as ordered, else as its api-version says."""
        return self.management.contract or Contract.of(self.api_version)

    @property
    def hub(self) -> RunningHub:
        """The hub that the path names.

        Raises:
            ArmError: 404.
        """
        return self.management.find(self.call.path["hub"])

    @property
    def resource_id(self) -> str:
        """The path of that hub as Resource Manager writes it."""
        return self.management.resource_id(self.hub)


type Handler = Callable[[Request], Answer]

SUBSCRIPTION: Final = "/subscriptions/{subscription}/providers/Microsoft.Devices"
GROUP: Final = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Devices"
#: Where the emulator's own operations are, which are open to everyone.
OWN: Final = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One entry of the API. Its path goes on from each of its scopes."""

    verb: str
    path: str
    handler: Handler
    scopes: Collection[str] = (GROUP,)

    @property
    def name(self) -> str:
        """How faults and counts name the operation."""
        return f"{self.verb} {self.path}"

    def answer(self, management: Management, call: Call) -> Answer:
        """Answer the call, with an error body if someone refuses it."""
        request = Request(management, call)
        try:
            if OWN not in self.scopes:
                _admit(request)
            answer = self.handler(request)
        except HubError as error:
            answer = by_provider(error, request.contract).answer(request.contract)
        except Refusal as refusal:
            answer = refusal.answer(request.contract)
        return with_headers(answer)


def with_headers(answer: Answer) -> Answer:
    """Add what the answers of Resource Manager have in common."""
    identifier = str(uuid4())
    identifiers = {"x-ms-request-id": identifier, "x-ms-correlation-request-id": identifier}
    return replace(answer, headers={**_HEADERS, **identifiers, **answer.headers})


def _admit(request: Request) -> None:
    """Look at everything that does not depend on the operation, in Resource Manager's order."""
    version = request.api_version
    if not version:
        text = "The api-version query parameter (?api-version=) is required for all requests."
        raise ArmError(400, "MissingApiVersionParameter", text)
    authenticate(request.call.headers.get("authorization", ""))
    _check_version(version)
    path = request.call.path
    request.management.check_subscription(path["subscription"])
    if "group" in path:
        request.management.check_group(path["group"])


def _check_version(version: str) -> None:
    supported = ",".join(API_VERSIONS)
    if not WELL_FORMED.fullmatch(version):
        text = f"The api-version '{version}' is invalid. The supported versions are '{supported}'."
        raise ArmError(400, "InvalidApiVersionParameter", text)
    if version not in API_VERSIONS:
        text = (
            "The resource type 'IotHubs' could not be found in the namespace 'Microsoft.Devices' "
            f"for api version '{version}'. The supported api-versions are '{supported}'."
        )
        raise ArmError(404, "InvalidResourceType", text)
