"""Reads what a hub says of a bulk call: `BulkRegistryOperationResult` of the service swagger.

It comes with 200 when every line was applied, else with 400. A 400 may also be an error like any
other, in which case nothing was applied; the members tell them apart (the Python SDK looks at the
status alone, the C# SDK at a header). What a result does not name was applied.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.domain.import_errors import LineError, line_error, said
from shared.domain.redaction import redacted


#: The hub has no room for another device.
QUOTA: Final = "IotHubQuotaExceeded"
#: The hub made the identity, and not its twin.
NO_TWIN: Final = "DeviceRegisteredWithoutTwin"


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of the lines of a call."""

    #: Why lines were not applied, and what is to be noted of lines that were.
    said: tuple[LineError, ...] = ()
    #: Device and module of the lines whose twin is still to be written.
    without_twin: frozenset[tuple[str, str | None]] = frozenset()


@dataclass(frozen=True, slots=True)
class CallRefused:
    """The hub refused a call for what is in it; no line of it was applied."""

    code: str
    message: str


def read_bulk_result(body: Any) -> BulkResult | None:
    """Return the result in the body of an answer, or None if there is none in it."""
    try:
        errors, warnings = body.get("errors") or (), body.get("warnings") or ()
        if not body["isSuccessful"] and not errors:
            return None
        refused = tuple(line_error(error) for error in errors)
        twins = (_names(one) for one in warnings if one["warningCode"] == NO_TWIN)
        notes = (_note(one) for one in warnings if one["warningCode"] != NO_TWIN)
        return BulkResult((*refused, *notes), frozenset(twins))
    except (KeyError, TypeError, AttributeError):
        return None


def _names(said: Mapping[str, Any]) -> tuple[str, str | None]:
    return str(said["deviceId"]), said.get("moduleId") or None


def _note(warning: Mapping[str, Any]) -> LineError:
    code = redacted(str(warning["warningCode"]), 80)
    message = said(str(warning.get("warningStatus") or "")) or "the hub gave no reason"
    return LineError(*_names(warning), code, message, applied=True)
