"""Says in our own codes what pydantic found wrong with single fields."""

import difflib
from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError

from shared.domain.device_identity import MEMBERS, WORDS
from shared.domain.finding import Finding
from shared.domain.redaction import redacted
from shared.domain.rules import Code
from shared.domain.texts import UNKNOWN_VALUE


#: Names that tools and people write for a member, and that no spelling distance leads to.
OTHER_NAMES: Final = {
    "deviceId": "id",
    "device_id": "id",
    "thumbprint": "x509Thumbprint",
    "mode": "importMode",
    "key": "symmetricKey",
    "edge": "iotEdge",
}
#: The rule about the shape of a text, by the last name of its field.
_SHAPES: Final = {
    "id": Code.INVALID_ID,
    "moduleId": Code.INVALID_ID,
    "primaryKey": Code.INVALID_KEY,
    "secondaryKey": Code.INVALID_KEY,
    "primaryThumbprint": Code.INVALID_THUMBPRINT,
    "secondaryThumbprint": Code.INVALID_THUMBPRINT,
    "statusReason": Code.TOO_LONG,
}
#: What a value must be, by pydantic's type of the error.
_EXPECTED: Final = {
    "dict_type": "an object",
    "list_type": "an array",
    "bool_type": "true or false",
}
_FOUND: Final = {bool: "true or false", str: "a text", dict: "an object", list: "an array"}


def field_findings(error: ValidationError) -> Iterator[Finding]:
    """Yield what is wrong with single fields.

    `error` must not be about JSON as such. Only ids and words are shown, and never a secret.
    """
    for detail in error.errors(include_url=False, include_context=False):
        field = ".".join(map(str, detail["loc"]))
        yield _finding(detail["type"], field, detail["input"])


def _finding(kind: str, field: str, value: Any) -> Finding:
    match kind:
        case "missing":
            return Finding(field, Code.MISSING_FIELD)
        case "extra_forbidden":
            return Finding(field, Code.UNKNOWN_FIELD, {"hint": _did_you_mean(field)})
        case "string_pattern_mismatch" | "string_too_long":
            details = {"found": redacted(value, 40), "length": len(value)}
            return Finding(field, _SHAPES[field.rpartition(".")[2]], details)
        case kind if kind == UNKNOWN_VALUE and isinstance(value, str):
            return Finding(field, Code.UNKNOWN_VALUE, _unknown_word(field, value))
        case _:
            found = "null" if value is None else _FOUND.get(type(value), "a number")
            details = {"expected": _EXPECTED.get(kind, "a text"), "found": found}
            return Finding(field, Code.WRONG_TYPE, details)


def _did_you_mean(field: str) -> str:
    parent, _, name = field.rpartition(".")
    members = MEMBERS.get(parent, ())
    guess = OTHER_NAMES.get(name)
    if guess not in members:
        near = {member.lower(): member for member in members}
        guess = next((near[n] for n in difflib.get_close_matches(name.lower(), near, n=1)), None)
    return f'did you mean "{guess}"?' if guess else "remove it"


def _unknown_word(field: str, value: str) -> dict[str, str]:
    words = WORDS[field]
    spelling = {word.lower(): word for word in words}
    plain = value[:80].lower().replace("_", "").replace("-", "")
    near = difflib.get_close_matches(plain, spelling, n=1)
    hint = f'; did you mean "{spelling[near[0]]}"?' if near else ""
    return {"found": redacted(value, 40), "words": ", ".join(words), "hint": hint}
