"""Finds what JSON readers read in different ways: a member that stands twice, and NaN."""

import json
from collections.abc import Mapping
from typing import Any, Final

from shared.domain.finding import Finding
from shared.domain.redaction import redacted
from shared.domain.rules import Code


#: Where none of these is, every name ends with a quote and a colon.
_UNCLEAR: Final = (b"\\", b"\t", b"\r", b"\n", b'" ', b"NaN", b"Infinity")


def ambiguities(text: bytes, device: Mapping[str, Any]) -> list[Finding]:
    """Return what is ambiguous in a line of JSON that was read as `device`.

    Only a line that may have something is read again: one with more names than members, with a
    name that cannot be counted, or with such a word.
    """
    if not any(map(text.__contains__, _UNCLEAR)) and text.count(b'":') == _members(device):
        return []
    findings: list[Finding] = []

    def members(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
        seen = dict(pairs)
        if len(seen) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            findings.append(Finding(redacted(twice, 80), Code.DUPLICATE_FIELD))
        return seen

    def number(name: str) -> None:
        findings.append(Finding("", Code.NOT_JSON, {"why": f"{name} is no number"}))

    # Numbers stay text: Python refuses to read those with thousands of digits.
    json.loads(
        text, object_pairs_hook=members, parse_constant=number, parse_int=str, parse_float=str
    )
    return findings


def _members(value: Mapping[str, Any]) -> int:
    """Count the members of an object and of all objects in it."""
    count = len(value)
    for inside in value.values():
        if type(inside) is dict:
            count += _members(inside)
        elif type(inside) is list:
            count += sum(_members(item) for item in inside if type(item) is dict)
    return count
