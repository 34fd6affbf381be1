"""`/_emulator`: what tests order and ask of the management plane itself."""

from typing import Final

from emulators.iot_hub.arm import hubs, jobs
from emulators.iot_hub.arm.contract import Contract
from emulators.iot_hub.arm.operation import OWN, Operation, Request
from emulators.iot_hub.routes import control
from emulators.iot_hub.routes.operation import Answer


SERVICE_OPERATIONS: Final = (*hubs.OPERATIONS, *jobs.OPERATIONS)
_NAMES: Final = frozenset(operation.name for operation in SERVICE_OPERATIONS)


def _order_fault(request: Request) -> Answer:
    return control.order_fault(request.management.faults, _NAMES, request.call)


def _order_contract(request: Request) -> Answer:
    match request.call.json:
        case {"contract": None}:
            request.management.contract = None
        case {"contract": str(name)} if name in set(Contract):
            request.management.contract = Contract(name)
        case _:
            return Answer({"Message": f"A contract is null or one of {', '.join(Contract)}"}, 400)
    return Answer(status=204)


def _count_calls(request: Request) -> Answer:
    return Answer(dict(request.management.calls))


def _reset(request: Request) -> Answer:
    request.management.reset()
    return Answer(status=204)


ORDERS: Final = (
    Operation("POST", "/_emulator/faults", _order_fault, (OWN,)),
    Operation("POST", "/_emulator/contract", _order_contract, (OWN,)),
    Operation("GET", "/_emulator/calls", _count_calls, (OWN,)),
    Operation("POST", "/_emulator/reset", _reset, (OWN,)),
)
