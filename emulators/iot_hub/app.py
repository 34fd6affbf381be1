"""The hub as an ASGI application: counts calls, asks for faults, hands the rest to operations."""

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from emulators.iot_hub.faults import Fault, When
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.responses import response, spoiled
from emulators.iot_hub.routes.control import OPERATIONS
from emulators.iot_hub.routes.operation import Answer, Call, Operation


def build(hub: Hub) -> Starlette:
    """Build the application of one hub."""
    routes = [
        Route(operation.path, Endpoint(hub, operation), methods=[operation.verb])
        for operation in OPERATIONS
    ]
    return Starlette(routes=routes)


class Endpoint:
    """One operation as an ASGI application."""

    def __init__(self, hub: Hub, operation: Operation) -> None:
        self._hub = hub
        self._operation = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. A fault comes before the effect, after it, or not at all."""
        fault = self._count_and_take_fault()
        if fault and fault.when is When.BEFORE:
            answer = Answer({})
        else:
            call = await _call(Request(scope, receive))
            answer = await run_in_threadpool(self._operation.answer, self._hub, call)
        app = spoiled(fault, answer) if fault else response(answer)
        await app(scope, receive, send)

    def _count_and_take_fault(self) -> Fault | None:
        if self._operation.rights is None:
            return None
        self._hub.calls[self._operation.name] += 1
        return self._hub.faults.take(self._operation.name)


async def _call(request: Request) -> Call:
    return Call(request.path_params, request.query_params, request.headers, await request.body())
