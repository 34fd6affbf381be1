"""`/_emulator`: what tests order and ask of the emulator itself, from other processes too."""

from collections.abc import Mapping
from typing import Final

from emulators.graph.identifiers import recognised
from emulators.graph.identity import EnrollmentState, IdentityType
from emulators.graph.routes import identities
from emulators.graph.routes.operation import Handler
from emulators.graph.tenant import Tenant
from emulators.iot_hub.errors import HubError
from emulators.iot_hub.routes.control import order_fault
from emulators.iot_hub.routes.operation import Answer, Call


_NAMES: Final = frozenset(operation.name for operation in identities.OPERATIONS)


def _sensible(order: Handler) -> Handler:
    """Return the handler of an order, which refuses one that makes no sense."""

    def answer(tenant: Tenant, call: Call) -> Answer:
        try:
            return order(tenant, call)
        except (KeyError, TypeError, ValueError, HubError) as error:
            return Answer({"Message": f"{type(error).__name__}: {error}"}, 400)

    return answer


def _order_fault(tenant: Tenant, call: Call) -> Answer:
    return order_fault(tenant.faults, _NAMES, call)


def _enroll(tenant: Tenant, call: Call) -> Answer:
    body = call.json
    kind = IdentityType(body["importedDeviceIdentityType"])
    device = recognised(kind, body["importedDeviceIdentifier"], tenant.spelling)
    if device is None:
        text = "Intune would not take that identifier"
        raise ValueError(text)
    state = EnrollmentState(body.get("enrollmentState", EnrollmentState.ENROLLED))
    tenant.identities.enroll(device, state)
    return Answer(status=204)


def _count_calls(tenant: Tenant, _call: Call) -> Answer:
    return Answer(dict(tenant.calls))


def _reset(tenant: Tenant, _call: Call) -> Answer:
    tenant.reset()
    return Answer(status=204)


#: By verb and path; none needs a token.
ORDERS: Final[Mapping[tuple[str, str], Handler]] = {
    ("POST", "/_emulator/faults"): _sensible(_order_fault),
    ("POST", "/_emulator/enrollments"): _sensible(_enroll),
    ("GET", "/_emulator/calls"): _count_calls,
    ("POST", "/_emulator/reset"): _reset,
}
