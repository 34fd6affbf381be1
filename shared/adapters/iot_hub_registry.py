"""The calls to a hub's identity registry: up to 100 lines at once, and a look at one device.

Source: service swagger 2021-04-12, `POST /devices`, `GET /devices/{id}`, `GET /twins/{id}`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from azure.core.rest import HttpResponse

from shared.adapters.iot_hub_client import IotHubClient
from shared.adapters.rest import error_in
from shared.domain.bulk_result import QUOTA, BulkResult, CallRefused, read_bulk_result
from shared.domain.errors import AnswerLost


_JSON: Final = {"Content-Type": "application/json; charset=utf-8"}
_OK: Final = 200
_NOT_FOUND: Final = 404
#: A result comes with these; source: the Python SDK, and recorded traffic.
_WITH_RESULT: Final = frozenset({_OK, 400})
#: Refusals of what is in a call, as opposed to refusals of whoever calls.
_OF_LINES: Final = frozenset({400, 409, 412, 413})
#: The same, with a status that usually is about the caller.
_OF_LINES_BY_NAME: Final = frozenset({QUOTA, "OperationNotAvailableInCurrentTier"})


class IotHubRegistry:
    """The identity registry of one hub. No call is repeated here."""

    def __init__(self, client: IotHubClient) -> None:
        self._client = client
        self._rest = client.rest
        self.host = client.host

    def apply(self, lines: Sequence[bytes]) -> BulkResult | CallRefused:
        """Have lines applied with exactly one `POST /devices`.

        Args:
            lines: Canonical lines, at most 100, none about the same device or module.

        Raises:
            TargetThrottled, TargetUnreachable: Nothing was applied; later it may be.
            TargetRefused: Nothing was applied, and nothing will be.
            AnswerLost: Some or all may have been.
        """
        body = b"[" + b",".join(lines) + b"]"
        answer = self._rest.once("POST", "/devices", content=body, headers=_JSON)
        if answer.status_code in _WITH_RESULT and (result := read_bulk_result(_json(answer))):
            return result
        if answer.status_code == _OK:
            message = f"{self.host}: success without a result"
            raise AnswerLost(message)
        error = error_in(answer)
        if error.status in _OF_LINES or error.name in _OF_LINES_BY_NAME:
            return CallRefused(error.name, error.message)
        raise self._rest.refusal(error)

    def count_devices(self) -> int:
        """Return how many devices the hub has; raises what `RestClient.get` does."""
        return self._client.count_devices()

    def identity(self, device_id: str, module_id: str | None) -> Mapping[str, Any] | None:
        """Return what the hub shows of a device or module; None if it has none.

        Raises:
            NotStarted, AnswerLost: It did not say.
        """
        return self._look("devices", device_id, module_id)

    def twin(self, device_id: str, module_id: str | None) -> Mapping[str, Any] | None:
        """Return the twin of a device or module; None if there is none.

        Raises:
            NotStarted, AnswerLost: The hub did not say.
        """
        return self._look("twins", device_id, module_id)

    def _look(self, what: str, device_id: str, module_id: str | None) -> Mapping[str, Any] | None:
        module = f"/modules/{quote(module_id, safe='')}" if module_id else ""
        answer = self._rest.once("GET", f"/{what}/{quote(device_id, safe='')}{module}")
        shown = _json(answer)
        if answer.status_code == _OK and isinstance(shown, dict):
            return shown
        error = error_in(answer)
        if error.name in {"DeviceNotFound", "ModuleNotFound"} and error.status == _NOT_FOUND:
            return None
        raise self._rest.refusal(error)


def _json(answer: HttpResponse) -> Any:
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
