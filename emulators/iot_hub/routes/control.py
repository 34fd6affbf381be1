"""`/_emulator`: what tests order and ask of the emulator itself, from other processes too."""

from collections.abc import Container
from typing import Final

from emulators.iot_hub.faults import Fault, Faults
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.routes import bulk, configurations, identities, jobs, queries, twins
from emulators.iot_hub.routes.operation import Answer, Call, Operation
from emulators.iot_hub.tier import Tier


SERVICE_OPERATIONS: Final = (
    *jobs.OPERATIONS,
    *queries.OPERATIONS,
    *bulk.OPERATIONS,
    *identities.OPERATIONS,
    *twins.OPERATIONS,
    *configurations.OPERATIONS,
)
_NAMES: Final = frozenset(operation.name for operation in SERVICE_OPERATIONS)


def order_fault(faults: Faults, operations: Container[str], call: Call) -> Answer:
    """Take an order for one of the operations."""
    try:
        fault = Fault.read(call.json)
    except (KeyError, TypeError, ValueError) as error:
        return _no_order("fault", error)
    if fault.operation not in operations:
        return Answer({"Message": f"There is no operation {fault.operation}"}, 400)
    faults.add(fault)
    return Answer(status=204)


def _order_fault(hub: Hub, call: Call) -> Answer:
    return order_fault(hub.faults, _NAMES, call)


def _scale(hub: Hub, call: Call) -> Answer:
    """Take `{"tier": "S1", "units": 2}`, or a tier of null for a hub without limits."""
    try:
        order = call.json
        tier = None if order["tier"] is None else Tier(order["tier"])
        hub.scale(tier, order.get("units", 1))
    except (KeyError, TypeError, ValueError) as error:
        return _no_order("tier", error)
    return Answer(status=204)


def _advance_clock(hub: Hub, call: Call) -> Answer:
    """Take `{"advance": 60}`, in seconds."""
    try:
        hub.clock.advance(float(call.json["advance"]))
    except (KeyError, TypeError, ValueError) as error:
        return _no_order("time", error)
    return Answer(status=204)


def _delay_role(hub: Hub, call: Call) -> Answer:
    match call.json:
        case {"validations": int(validations)} if validations >= 0:
            hub.storage.delay_role(validations)
            return Answer(status=204)
        case _:
            return Answer({"Message": "How many validations, please?"}, 400)


def _lose_twins(hub: Hub, call: Call) -> Answer:
    match call.json:
        case {"devices": int(devices)} if devices >= 0:
            hub.twins_to_lose = devices
            return Answer(status=204)
        case _:
            return Answer({"Message": "Of how many devices, please?"}, 400)


def _hold_jobs(hub: Hub, call: Call) -> Answer:
    match call.json:
        case {"held": bool(held)}:
            hub.jobs.held = held
            return Answer(status=204)
        case _:
            return Answer({"Message": "Are jobs held, please?"}, 400)


def _no_order(what: str, error: Exception) -> Answer:
    return Answer({"Message": f"That is no {what}: {error}"}, 400)


def _count_calls(hub: Hub, _call: Call) -> Answer:
    return Answer(dict(hub.calls))


def _reset(hub: Hub, _call: Call) -> Answer:
    hub.reset()
    return Answer(status=204)


OPERATIONS: Final = (
    *SERVICE_OPERATIONS,
    Operation("POST", "/_emulator/faults", None, _order_fault),
    Operation("POST", "/_emulator/tier", None, _scale),
    Operation("POST", "/_emulator/clock", None, _advance_clock),
    Operation("POST", "/_emulator/role-delay", None, _delay_role),
    Operation("POST", "/_emulator/lost-twins", None, _lose_twins),
    Operation("POST", "/_emulator/jobs", None, _hold_jobs),
    Operation("GET", "/_emulator/calls", None, _count_calls),
    Operation("POST", "/_emulator/reset", None, _reset),
)
