"""Statistics and faults over HTTP, for tests whose emulator is another process.

`GET /entities/{name}` counts messages, `POST /entities/{name}/{fault}` injects one of `FAULTS`;
fail-sends wants a body `{"condition": "...", "times": 1}`. Names may contain slashes; an unknown
one is answered with 404, a bad body with 400.
"""

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from http import HTTPStatus
from threading import Thread
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulators.service_bus.bus import HOST
from emulators.service_bus.server import RunningBus
from emulators.service_bus.state.refusals import EntityNotFound


type Inject = Callable[[RunningBus, str, Mapping[str, Any]], None]

FAULTS: Final[Mapping[str, Inject]] = {
    "fail-sends": lambda bus, name, fault: bus.fail_sends(
        name, str(fault["condition"]), int(fault["times"])
    ),
    "hold-acks": lambda bus, name, _: bus.hold_acks(name),
    "release-acks": lambda bus, name, _: bus.release_acks(name),
}


def application(bus: RunningBus) -> Starlette:
    """Return the endpoint of one namespace."""

    def statistics(request: Request) -> Response:
        return JSONResponse(asdict(bus.statistics(request.path_params["name"])))

    def injecting(inject: Inject) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            fault = json.loads(await request.body() or "{}")
            inject(bus, request.path_params["name"], fault)
            return Response(status_code=HTTPStatus.NO_CONTENT)

        return endpoint

    faults = [
        Route(f"/entities/{{name:path}}/{fault}", injecting(inject), methods=["POST"])
        for fault, inject in FAULTS.items()
    ]
    return Starlette(
        routes=[*faults, Route("/entities/{name:path}", statistics)],
        exception_handlers={
            EntityNotFound: _answer(HTTPStatus.NOT_FOUND),
            **dict.fromkeys((KeyError, TypeError, ValueError), _answer(HTTPStatus.BAD_REQUEST)),
        },
    )


@contextmanager
def serve_control(bus: RunningBus) -> Iterator[str]:
    """Serve the endpoint on a free port of 127.0.0.1 until the block ends; yield its base URL."""
    config = uvicorn.Config(application(bus), log_level="warning", lifespan="off")
    with socket.create_server((HOST, 0)) as listening:
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([listening],), name="service-bus-control")
        thread.start()
        try:
            yield f"http://{HOST}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _answer(status: HTTPStatus) -> Callable[[Request, Exception], Response]:
    return lambda _, error: JSONResponse({"error": f"{type(error).__name__}: {error}"}, status)
