"""Reads `importErrors.log`, the only place where a hub says what became of single lines.

The log is NDJSON of `{deviceId, errorCode, errorStatus}` without line numbers, empty when all
went well. `importConfigErrors.log` is taken to be the same with `configurationId`, which nobody
has recorded. A line that the hub could not parse has no deviceId, and its errorStatus repeats the
whole line with its keys. Sources: `ImportJobError.cs` (C# SDK, v2), recorded logs in
azure-functions-host#1641 and azure-iot-sdk-java#1599.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.domain.hub_errors import known_error, worth_another_try
from shared.domain.known_error import Again
from shared.domain.redaction import redacted


_ID_IN_LINE: Final = re.compile(r'"id"\s*:\s*"([^"\\]{1,128})"')
#: A line that a message repeats, or how it begins.
_LINE: Final = re.compile(r"\{.*\}|\{.*\Z", re.DOTALL)
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

    @property
    def again(self) -> Again:
        """Whether the line is worth another try as it stands."""
        return worth_another_try(self.code)


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
    code = str(entry["errorCode"])
    known = known_error(code)
    name = known.name if known else redacted(code, 80)
    message = (known and known.advice) or said(status) or "the hub gave no reason"
    return LineError(device_id, module_id, name, _with_status(name, message, status))


def said(status: str) -> str:
    """Return the hub's words without the line: what is in its tags is nobody's business."""
    return redacted(_LINE.sub("{…}", status))


def _device(entry: Mapping[str, Any], status: str) -> tuple[str | None, str | None]:
    if named := entry.get("deviceId") or entry.get("configurationId"):
        return str(named), str(entry["moduleId"]) if entry.get("moduleId") else None
    device, module = _ID_IN_LINE.search(status), _MODULE_IN_LINE.search(status)
    return device and device[1], module and module[1]


def _with_status(name: str, message: str, status: str) -> str:
    """Add what the hub said, where that tells more; never the line that it repeats."""
    if name != "DeserializationError":
        return message
    return f"{message}: {redacted(_LINE.split(status)[-1].strip('". '))}".rstrip(": ")
