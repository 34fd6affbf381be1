"""The hub as an ASGI application: counts calls, asks for faults, hands the rest to operations."""

from collections.abc import Callable
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from emulators.iot_hub.faults import Fault, When
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.responses import refused_by_hub, response, spoiled
from emulators.iot_hub.routes.control import OPERATIONS
from emulators.iot_hub.routes.operation import Answer, Call, Operation


def build(hub: Hub) -> Starlette:
    """Build the application of one hub."""
    routes = [
        Route(operation.path, _endpoint(hub, operation), methods=[operation.verb])
        for operation in OPERATIONS
    ]
    return Starlette(routes=routes)


class Endpoint:
    """One operation as an ASGI application.

    Args:
        answer: Answers a call, and has its effect.
        fault: Takes the fault that was ordered for this call, if any.
        refused: Makes the error that has a status, for faults that order one.
    """

    def __init__(
        self,
        answer: Callable[[Call], Answer],
        fault: Callable[[], Fault | None],
        refused: Callable[[int], Answer],
    ) -> None:
        self._answer = answer
        self._fault = fault
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. A fault comes before the effect, after it, or not at all."""
        fault = self._fault()
        if fault and fault.when is When.BEFORE:
            answer = Answer({})
        else:
            call = await _call(Request(scope, receive))
            answer = await run_in_threadpool(self._answer, call)
        app = spoiled(fault, answer, self._refused) if fault else response(answer)
        await app(scope, receive, send)


def _endpoint(hub: Hub, operation: Operation) -> Endpoint:
    answer, fault = partial(operation.answer, hub), partial(_count_and_take_fault, hub, operation)
    return Endpoint(answer, fault, refused_by_hub)


def _count_and_take_fault(hub: Hub, operation: Operation) -> Fault | None:
    if operation.rights is None:
        return None
    hub.calls[operation.name] += 1
    return hub.faults.take(operation.name)


async def _call(request: Request) -> Call:
    return Call(request.path_params, request.query_params, request.headers, await request.body())
