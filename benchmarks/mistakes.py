"""What people and programs get wrong in device files: each turns a good line into a bad one."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final


type Members = dict[str, Any]

KEY: Final = "IxZu/4RXR+D+Am2WHnk5rakacWeDi7RhmwL9iJmkny8="
THUMBPRINT: Final = "1BC32A2116389380E53D9CE2296CFC41D290567D"


def _deep(levels: int) -> Members:
    return {"level": _deep(levels - 1)} if levels else {}


def _keys(primary: str, secondary: str | None = None) -> Members:
    both = {"primaryKey": primary, "secondaryKey": secondary}
    return {"authentication": {"type": "sas", "symmetricKey": both}}


def _prints(kind: str, primary: str, **more: Any) -> Members:
    thumbprint = {"primaryThumbprint": primary}
    return {"authentication": {"type": kind, "x509Thumbprint": thumbprint, **more}}


#: Mistakes of members: what they add to a good line, or put in place of what is there.
MEMBERS: Final[Mapping[str, Members]] = {
    "id_with_space": {"id": "press 1"},
    "id_empty": {"id": ""},
    "id_too_long": {"id": "x" * 129},
    "id_a_number": {"id": 4711},
    "unknown_mode": {"importMode": "upsert"},
    "unknown_status": {"status": "on"},
    "status_a_truth": {"status": True},
    "long_reason": {"status": "disabled", "statusReason": "r" * 129},
    "misspelled_member": {"statsu": "enabled"},
    "no_etag": {"importMode": "updateIfMatchETag", "eTag": None},
    "java_type": _prints("SELF_SIGNED", THUMBPRINT),
    "short_keys": _keys("abc=", "def="),
    "keys_not_base64": _keys("not base64!", "at all!"),
    "one_key": _keys(KEY),
    "thumbprint_with_colons": _prints("selfSigned", ":".join(["AB"] * 20)),
    "thumbprint_of_sas": _prints("sas", THUMBPRINT),
    "keys_and_thumbprint": _prints(
        "sas", THUMBPRINT, symmetricKey={"primaryKey": KEY, "secondaryKey": KEY}
    ),
    "edge_a_text": {"capabilities": {"iotEdge": "true"}},
    "null_in_twin": {"tags": {"plant": None}},
    "dollar_in_name": {"properties": {"desired": {"$unit": "C"}}},
    "dot_in_name": {"tags": {"plant.line": 7}},
    "large_number": {"tags": {"serial": 2**53}},
    "long_text": {"tags": {"note": "n" * 4097}},
    "too_deep": {"properties": {"desired": _deep(12)}},
    "too_large": {"tags": {f"note{number}": "n" * 3000 for number in range(3)}},
}


def _without_id(line: bytes) -> bytes:
    return line.replace(b'"id":', b'"deviceId":', 1)


def _trailing_comma(line: bytes) -> bytes:
    return line[:-1] + b",}"


def _cut_off(line: bytes) -> bytes:
    return line[: len(line) // 2]


def _latin_1(line: bytes) -> bytes:
    return line[:-1] + b',"tags":{"plant":"K\xf6ln"}}'


def _named_twice(line: bytes) -> bytes:
    return line[:-1] + b',"status":"disabled"}'


def _in_an_array(line: bytes) -> bytes:
    return b"[" + line + b"]"


#: Mistakes of the text.
TEXT: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "without_id": _without_id,
    "trailing_comma": _trailing_comma,
    "cut_off": _cut_off,
    "latin_1": _latin_1,
    "named_twice": _named_twice,
    "in_an_array": _in_an_array,
}
MISTAKES: Final = (*MEMBERS, *TEXT)


def make(mistake: str, line: bytes) -> bytes:
    """Return the line with one of the `MISTAKES` in it."""
    if mistake in TEXT:
        return TEXT[mistake](line)
    return json.dumps(json.loads(line) | MEMBERS[mistake], ensure_ascii=False).encode()
