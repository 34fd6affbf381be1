"""One broken rule on one line of a device file."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Stable names of the rules. Receivers match on these: never rename one."""

    LINE_TOO_LONG = "line_too_long"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    DUPLICATE_FIELD = "duplicate_field"
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    UNKNOWN_VALUE = "unknown_value"
    INVALID_ID = "invalid_id"
    INVALID_KEY = "invalid_key"
    INVALID_THUMBPRINT = "invalid_thumbprint"
    TOO_LONG = "too_long"
    ONE_KEY_ONLY = "one_key_only"
    MIXED_AUTHENTICATION = "mixed_authentication"
    WRONG_AUTHENTICATION = "wrong_authentication"
    ETAG_MISSING = "etag_missing"
    DUPLICATE_DEVICE = "duplicate_device"
    BLANK_LINE = "blank_line"
    SYSTEM_MODULE = "system_module"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule.

    `message` is for people: it says what was found, never a secret, and what to do.
    """

    #: Line of the device file, counted from 1.
    line: int
    #: Path of the field, e.g. `authentication.symmetricKey.primaryKey`; empty for the whole line.
    field: str
    code: Code
    message: str
    #: The device the line is about, as far as it can be told.
    device_id: str | None = None

    def as_json(self) -> Mapping[str, Any]:
        """Return the members of one line of `rejected.ndjson`."""
        return {
            "line": self.line,
            "deviceId": self.device_id,
            "field": self.field,
            "code": self.code,
            "message": self.message,
        }
