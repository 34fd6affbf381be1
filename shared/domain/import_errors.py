"""Reads `importErrors.log`, the only place where a hub says what became of single lines.

The log is NDJSON of `{deviceId, errorCode, errorStatus}` without line numbers, empty when all
went well. A line that the hub could not parse has no deviceId, and its errorStatus repeats the
whole line with its keys. Sources: `ImportJobError.cs` (C# SDK, v2), recorded logs in
azure-functions-host#1641 and azure-iot-sdk-java#1599.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.domain.redaction import redacted


#: Numbers of the errors that single lines fail with. Source: troubleshoot-error-codes.md,
#: `ErrorCode.cs` of the C# SDK.
NAMES: Final = {
    400001: "InvalidProtocolVersion",
    400003: "InvalidOperation",
    400004: "ArgumentInvalid",
    400005: "ArgumentNull",
    400011: "DeviceDefinedMultipleTimes",
    400012: "DeserializationError",
    403002: "IotHubQuotaExceeded",
    403010: "OperationNotAvailableInCurrentTier",
    404001: "DeviceNotFound",
    404010: "ModuleNotFound",
    409001: "DeviceAlreadyExists",
    409301: "ModuleAlreadyExistsOnDevice",
    412001: "PreconditionFailed",
    413002: "TooManyDevices",
    413003: "TooManyModulesOnDevice",
    429001: "ThrottlingException",
    500001: "ServerError",
}
#: What the sender can do, by name.
ADVICE: Final = {
    "DeserializationError": "the hub could not read the line",
    "DeviceAlreadyExists": "the hub has the device already; use importMode createOrUpdate",
    "DeviceDefinedMultipleTimes": "the file names the device twice; keep one line",
    "DeviceNotFound": "the hub has no such device; use importMode create or createOrUpdate",
    "IotHubQuotaExceeded": "the hub takes no more devices; delete some or choose a larger hub",
    "ModuleAlreadyExistsOnDevice": "the device has the module already; use createOrUpdate",
    "ModuleNotFound": "the device has no such module; use importMode create or createOrUpdate",
    "OperationNotAvailableInCurrentTier": "the hub's tier cannot do this",
    "PreconditionFailed": "the ETag is not the hub's any more; export again and take the new one",
    "ServerError": "the hub failed; drop the line again",
    "ThrottlingException": "the hub was too busy; drop the line again",
    "TooManyModulesOnDevice": "the device has as many modules as it may have",
}
#: What the hub says of a line when it is full.
QUOTA: Final = "IotHubQuotaExceeded"
_NUMBER: Final = re.compile("[0-9]{6}")
_ID_IN_LINE: Final = re.compile(r'"id"\s*:\s*"([^"\\]{1,128})"')
_MODULE_IN_LINE: Final = re.compile(r'"moduleId"\s*:\s*"([^"\\]{1,128})"')


@dataclass(frozen=True, slots=True)
class LineError:
    """Why the hub did not apply a line."""

    #: None if the hub did not say and the line could not be told otherwise.
    device_id: str | None
    module_id: str | None
    #: The hub's name of the error, or its number where it has no name.
    code: str
    #: For people, without secrets.
    message: str
    #: Whether the line was applied all the same, which makes this a note.
    applied: bool = False


def parse_import_errors(lines: Iterable[bytes]) -> Iterator[LineError]:
    """Yield what the log says, in its order. What cannot be read is an error without a device."""
    for line in lines:
        if line.strip():
            yield _line_error(line)


def _line_error(line: bytes) -> LineError:
    try:
        return line_error(json.loads(line))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return LineError(None, None, "unreadable", "the hub's error log has an unreadable line")


def line_error(entry: Mapping[str, Any]) -> LineError:
    """Return what an entry of the log says; the result of a bulk call has the same members.

    Raises:
        KeyError: It has no errorCode.
    """
    status = str(entry.get("errorStatus") or "")
    device_id, module_id = _device(entry, status)
    name = _name(entry["errorCode"])
    message = ADVICE.get(name) or redacted(status) or "the hub gave no reason"
    return LineError(device_id, module_id, name, _with_status(name, message, status))


def _device(entry: Mapping[str, Any], status: str) -> tuple[str | None, str | None]:
    if entry.get("deviceId"):
        return str(entry["deviceId"]), str(entry["moduleId"]) if entry.get("moduleId") else None
    device, module = _ID_IN_LINE.search(status), _MODULE_IN_LINE.search(status)
    return device and device[1], module and module[1]


def _name(code: Any) -> str:
    text = str(code)
    return NAMES.get(int(text), text) if _NUMBER.fullmatch(text) else redacted(text, 80)


def _with_status(name: str, message: str, status: str) -> str:
    """Add what the hub said, where that tells more; never the line that it repeats."""
    if name != "DeserializationError":
        return message
    return f"{message}: {redacted(status.rpartition('}.')[2].strip())}".rstrip(": ")
