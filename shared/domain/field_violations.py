"""Says in plain words what pydantic found wrong with single fields, under our own stable codes."""

import difflib
from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError

from shared.domain.device_identity import MEMBERS, UNKNOWN_VALUE, WORDS
from shared.domain.device_rules import Finding
from shared.domain.redaction import redacted
from shared.domain.violation import Code


#: Names that tools and people write for a member, and that no spelling distance leads to.
OTHER_NAMES: Final = {
    "deviceId": "id",
    "device_id": "id",
    "thumbprint": "x509Thumbprint",
    "mode": "importMode",
    "key": "symmetricKey",
    "edge": "iotEdge",
}
_ID_RULE: Final = "1 to 128 of A-Z a-z 0-9 - : . + % _ # * ? ! ( ) , = @ ; $ '"
_KEY_RULE: Final = "base64 of 16 to 64 bytes"
_THUMBPRINT_RULE: Final = "40 (SHA-1) or 64 (SHA-256) hexadecimal digits without colons"
#: What a field that must match a pattern or a length breaks, by its last name.
_SHAPES: Final = {
    "id": (Code.INVALID_ID, _ID_RULE),
    "moduleId": (Code.INVALID_ID, _ID_RULE),
    "primaryKey": (Code.INVALID_KEY, _KEY_RULE),
    "secondaryKey": (Code.INVALID_KEY, _KEY_RULE),
    "primaryThumbprint": (Code.INVALID_THUMBPRINT, _THUMBPRINT_RULE),
    "secondaryThumbprint": (Code.INVALID_THUMBPRINT, _THUMBPRINT_RULE),
    "statusReason": (Code.TOO_LONG, "at most 128 characters"),
}
#: What a value must be, by pydantic's type of the error.
_TYPES: Final = {
    "string_type": "a string",
    "dict_type": "an object",
    "list_type": "an array",
    "bool_type": "true or false",
}
#: The fields whose value may be shown: they hold names, never secrets.
_SHOWN: Final = {"id", "moduleId", *WORDS}


def field_findings(error: ValidationError) -> Iterator[Finding]:
    """Yield what is wrong with single fields as (field, code, message).

    `error` must not be about JSON as such. No value of a secret field is shown.
    """
    for detail in error.errors(include_url=False, include_context=False):
        field = ".".join(map(str, detail["loc"]))
        yield (field, *_finding(detail["type"], field, detail["input"]))


def _finding(kind: str, field: str, value: Any) -> tuple[Code, str]:
    match kind:
        case "missing":
            return Code.MISSING_FIELD, "is missing; every line needs it"
        case "extra_forbidden":
            return Code.UNKNOWN_FIELD, f"is no field of a device{_did_you_mean(field)}"
        case kind if kind == UNKNOWN_VALUE and isinstance(value, str):
            return Code.UNKNOWN_VALUE, _unknown_word(field, value)
        case "string_pattern_mismatch" | "string_too_long":
            return _misshapen(field, str(value))
        case _:
            return Code.WRONG_TYPE, f"must be {_TYPES.get(kind, 'a string')}, not {_name(value)}"


def _did_you_mean(field: str) -> str:
    parent, _, name = field.rpartition(".")
    members = MEMBERS.get(parent, ())
    guess = OTHER_NAMES.get(name)
    if guess not in members:
        near = {member.lower(): member for member in members}
        guess = next((near[n] for n in difflib.get_close_matches(name.lower(), near, n=1)), None)
    return f'; did you mean "{guess}"?' if guess else "; remove it"


def _unknown_word(field: str, value: str) -> str:
    words = WORDS[field]
    spelling = {word.lower(): word for word in words}
    plain = value.lower().replace("_", "").replace("-", "")
    near = difflib.get_close_matches(plain, spelling, n=1)
    hint = f'; did you mean "{spelling[near[0]]}"?' if near else ""
    return f'"{redacted(value, 40)}" is not one of {", ".join(words)}{hint}'


def _misshapen(field: str, value: str) -> tuple[Code, str]:
    name = field.rpartition(".")[2]
    code, rule = _SHAPES[name]
    shown = f'"{redacted(value, 40)}"' if field in _SHOWN else "the value"
    return code, f"{shown} ({len(value)} characters) must be {rule}"


def _name(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "true or false", str: "a string", dict: "an object", list: "an array"}
    return names.get(type(value), "a number")
