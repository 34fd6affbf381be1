"""`/_emulator`: what tests order and ask of the emulator itself, from other processes too."""

from collections.abc import Container
from typing import Final

from emulators.iot_hub.faults import Fault, Faults
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.routes import bulk, identities, jobs, queries, twins
from emulators.iot_hub.routes.operation import Answer, Call, Operation


SERVICE_OPERATIONS: Final = (
    *jobs.OPERATIONS,
    *queries.OPERATIONS,
    *bulk.OPERATIONS,
    *identities.OPERATIONS,
    *twins.OPERATIONS,
)
_NAMES: Final = frozenset(operation.name for operation in SERVICE_OPERATIONS)


def order_fault(faults: Faults, operations: Container[str], call: Call) -> Answer:
    """Take an order for one of the operations."""
    try:
        fault = Fault.read(call.json)
    except (KeyError, TypeError, ValueError) as error:
        return Answer({"Message": f"That is no fault: {error}"}, 400)
    if fault.operation not in operations:
        return Answer({"Message": f"There is no operation {fault.operation}"}, 400)
    faults.add(fault)
    return Answer(status=204)


def _order_fault(hub: Hub, call: Call) -> Answer:
    return order_fault(hub.faults, _NAMES, call)


def _count_calls(hub: Hub, _call: Call) -> Answer:
    return Answer(dict(hub.calls))


def _reset(hub: Hub, _call: Call) -> Answer:
    hub.reset()
    return Answer(status=204)


OPERATIONS: Final = (
    *SERVICE_OPERATIONS,
    Operation("POST", "/_emulator/faults", None, _order_fault),
    Operation("GET", "/_emulator/calls", None, _count_calls),
    Operation("POST", "/_emulator/reset", None, _reset),
)
