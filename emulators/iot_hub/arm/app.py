"""The management plane as an ASGI application; segments of its paths match in any case."""

import re
from functools import partial

from starlette.applications import Starlette
from starlette.routing import Route

from emulators.iot_hub.app import Endpoint
from emulators.iot_hub.arm.contract import Contract
from emulators.iot_hub.arm.control import ORDERS, SERVICE_OPERATIONS
from emulators.iot_hub.arm.errors import of_status
from emulators.iot_hub.arm.management import Management
from emulators.iot_hub.arm.operation import OWN, Operation, with_headers
from emulators.iot_hub.faults import Fault
from emulators.iot_hub.routes.operation import Answer


def build(management: Management) -> Starlette:
    """Build the application of a management plane."""
    routes = [
        _in_any_case(scope + operation.path, _endpoint(management, operation), operation.verb)
        for operation in (*SERVICE_OPERATIONS, *ORDERS)
        for scope in operation.scopes
    ]
    return Starlette(routes=routes)


def _in_any_case(path: str, endpoint: Endpoint, verb: str) -> Route:
    route = Route(path, endpoint, methods=[verb])
    route.path_regex = re.compile(route.path_regex.pattern, re.IGNORECASE)
    return route


def _endpoint(management: Management, operation: Operation) -> Endpoint:
    return Endpoint(
        partial(operation.answer, management),
        partial(_count_and_take_fault, management, operation),
        partial(_refused, management),
    )


def _count_and_take_fault(management: Management, operation: Operation) -> Fault | None:
    if OWN in operation.scopes:
        return None
    management.calls[operation.name] += 1
    return management.faults.take(operation.name)


def _refused(management: Management, status: int) -> Answer:
    return with_headers(of_status(status, management.contract or Contract.CURRENT))
