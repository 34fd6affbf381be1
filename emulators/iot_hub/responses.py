"""Answers as HTTP, and the ways in which an ordered fault spoils them."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Final
from uuid import uuid4

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from emulators.iot_hub.errors import ErrorCode, HubError, throttled
from emulators.iot_hub.faults import Action, Fault
from emulators.iot_hub.routes.operation import Answer, refusal
from emulators.iot_hub.throttle import REGISTRY
from emulators.iot_hub.typed_json import compact


JSON: Final = "application/json; charset=utf-8"
#: The service's errors for the statuses that a fault may order; any other comes without a body.
STATUS_ERRORS: Final = {
    429: throttled(REGISTRY.operation_type),
    500: HubError(ErrorCode.ServerError, "InternalServerError"),
    503: HubError(ErrorCode.ServiceUnavailable, "ServiceUnavailable"),
}
_PAGE: Final = "<html><head><title>{0}</title></head><body>{0}</body></html>"
PAGES: Final = {
    Action.HTML: (_PAGE.format("502 Bad Gateway"), 502),
    Action.PAGE: (_PAGE.format("Sign in to go on"), 200),
}
#: SO_LINGER with no time: closing the socket sends a reset.
NO_LINGER: Final = struct.pack("ii", 1, 0)


def response(answer: Answer) -> Response:
    """Return the answer with the headers that every answer of the service has (recorded)."""
    headers = {
        "server": "Microsoft-HTTPAPI/2.0",
        "vary": "Origin",
        "x-ms-request-id": str(uuid4()),
        **answer.headers,
    }
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return Response(compact(answer.body), answer.status, headers, media_type=JSON)


def spoiled(fault: Fault, answer: Answer, refused: Callable[[int], Answer]) -> ASGIApp:
    """Return what comes instead of the answer; `refused` makes the error that has a status."""
    match fault.action:
        case Action.HANG:
            return _hang
        case Action.RESET:
            return _reset
        case Action.TRUNCATE:
            return _truncated(response(answer))
        case Action.HTML | Action.PAGE as page:
            return HTMLResponse(*PAGES[page])
        case Action.STATUS:
            return response(refused(fault.status))


def refused_by_hub(status: int) -> Answer:
    """Return the hub's error that has the status."""
    error = STATUS_ERRORS.get(status)
    return refusal(error) if error else Answer(status=status)


async def _hang(_scope: Scope, receive: Receive, _send: Send) -> None:
    await _gone(receive)


async def _reset(scope: Scope, receive: Receive, _send: Send) -> None:
    transport: asyncio.Transport = scope["state"]["transport"]
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()
    await _gone(receive)


def _truncated(whole: Response) -> ASGIApp:
    """Send the headers of the whole, its length too, but half of its body."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        half = bytes(whole.body)[: len(whole.body) // 2]
        head = {"status": whole.status_code, "headers": whole.raw_headers}
        await send({"type": "http.response.start", **head})
        await send({"type": "http.response.body", "body": half, "more_body": True})
        scope["state"]["transport"].close()
        await _gone(receive)

    return app


async def _gone(receive: Receive) -> None:
    """Wait until the connection is no more: the client left it, or the server stops."""
    while (await receive())["type"] != "http.disconnect":
        pass
