"""Graph as an ASGI application: hands requests to operations, and faults to those of the API."""

from functools import partial

from starlette.applications import Starlette
from starlette.routing import Route

from emulators.graph.errors import of_status
from emulators.graph.routes import control, identities
from emulators.graph.routes.operation import Handler
from emulators.graph.tenant import Tenant
from emulators.iot_hub.app import Endpoint
from emulators.iot_hub.faults import Fault
from emulators.iot_hub.routes.operation import Answer


def build(tenant: Tenant) -> Starlette:
    """Build the application of one tenant."""
    orders = [
        Route(path, _endpoint(tenant, handler), methods=[verb])
        for (verb, path), handler in control.ORDERS.items()
    ]
    api = [
        Route(each.path, _endpoint(tenant, each.answer, each.name), methods=[each.verb])
        for each in identities.OPERATIONS
    ]
    return Starlette(routes=[*orders, *api])


def _endpoint(tenant: Tenant, handler: Handler, name: str = "") -> Endpoint:
    """Return the endpoint of an operation; without a name it is neither counted nor spoiled."""
    fault = partial(_count_and_take_fault, tenant, name)
    return Endpoint(partial(handler, tenant), fault, partial(_refused, tenant))


def _count_and_take_fault(tenant: Tenant, name: str) -> Fault | None:
    if not name:
        return None
    tenant.calls[name] += 1
    return tenant.faults.take(name)


def _refused(tenant: Tenant, status: int) -> Answer:
    return of_status(status, tenant.retry_after)
