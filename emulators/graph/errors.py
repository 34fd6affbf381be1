"""What Graph refuses with, and the bodies that it sends.

Graph itself speaks plainly. What Intune behind it refuses comes as JSON in the message of Graph's
error (WindowsAutopilotInfo#21 for identifiers, IntuneDocumentation#39 for a 404,
Intune-ACSC-Windows-Hardening-Guidelines#14 for a 403).
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from emulators.graph.trace import Trace
from emulators.iot_hub.routes.operation import Answer


#: Intune's own service, as its errors name it.
_FRONT_END: Final = (
    "https://fef.msub01.manage.microsoft.com/DeviceEnrollmentFE/StatelessDeviceEnrollmentFEService"
)
THROTTLED: Final = 429
_NO_OPERATION: Final = "00000000-0000-0000-0000-000000000000"


class GraphError(Exception):
    """Graph refuses a request. `code` is for programs, the text for people."""

    def __init__(
        self, status: int, code: str, text: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.headers = headers or {}

    def answer(self, trace: Trace) -> Answer:
        """Return the answer to the request with that trace."""
        headers = {"content-type": "application/json", **self.headers}
        return Answer({"error": self.error(trace)}, self.status, headers)

    def error(self, trace: Trace) -> dict[str, Any]:
        """Return the one property of the body."""
        inner = {"date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}", **trace.ids}
        return {"code": self.code, "message": self.message(trace), "innerError": inner}

    def message(self, _trace: Trace) -> str:
        """Return what the body says."""
        return self.text


class IntuneError(GraphError):
    """Intune refuses a request that Graph let through."""

    def message(self, trace: Trace) -> str:
        """Return Intune's own JSON, with the line breaks of Windows."""
        said = (
            f"{self.text} - Operation ID (for customer support): {_NO_OPERATION}"
            f" - Activity ID: {trace.ids['client-request-id']}"
            f" - Url: {_FRONT_END}{trace.path.removeprefix('/beta')}"
        )
        document = {
            "_version": 3,
            "Message": said,
            "CustomApiErrorPhrase": "",
            "RetryAfter": None,
            "ErrorSourceService": "",
            "HttpHeaders": "{}",
        }
        return json.dumps(document, indent=2, ensure_ascii=False).replace("\n", "\r\n")


class ModelError(GraphError):
    """A body does not fit the model of the service (Intune-PowerShell-SDK#98)."""

    def __init__(self, text: str) -> None:
        super().__init__(400, "ModelValidationFailure", text)

    def error(self, trace: Trace) -> dict[str, Any]:
        """Return the one property of the body, which says twice what is wrong."""
        error = super().error(trace)
        return {**error, "innerError": {"message": self.text, **error["innerError"]}}


def not_found() -> IntuneError:
    """Say that there is no such identity."""
    return IntuneError(404, "ResourceNotFound", "An error has occurred")


def throttled(seconds: int | None) -> GraphError:
    """Say that requests come too fast, and for how long to wait (IntuneCD#64), or not (#217)."""
    headers = {} if seconds is None else {"retry-after": str(seconds)}
    return GraphError(THROTTLED, "TooManyRequests", "Too many requests.", headers)


def invalid_identifiers(count: int) -> IntuneError:
    """Say how many items are bad; which ones, the service keeps to itself."""
    text = f"Invalid Device Identifier parameter found for {count} import records!"
    return IntuneError(400, "BadRequest", text)


def bad_request(text: str) -> GraphError:
    """Say what Graph itself cannot make out."""
    return GraphError(400, "BadRequest", text)


#: The errors of two statuses that a fault may order.
_FAILURES: Final[Mapping[int, GraphError]] = {
    500: IntuneError(500, "InternalServerError", "An internal server error has occurred"),
    503: GraphError(503, "ServiceUnavailable", "The service is unavailable."),
}


def of_status(status: int, retry_after: int | None) -> Answer:
    """Return the answer with a status that a fault orders; without a body if it is no error here.

    Args:
        status: The status.
        retry_after: For how many seconds a 429 says to wait; None says nothing of it.
    """
    trace = Trace()
    error = throttled(retry_after) if status == THROTTLED else _FAILURES.get(status)
    answer = error.answer(trace) if error else Answer(status=status)
    return replace(answer, headers={**trace.ids, **answer.headers})
