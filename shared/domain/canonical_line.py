"""Writes an accepted line the way the hub wants it, and leaves alone what needs no change.

A line whose meaning is right keeps its bytes. One that leaves something to the file gets it
appended. Only a line with words in another spelling, empty keys, the hub's own metadata or a
carriage return in it is written anew.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

from shared.domain.defaults import Defaults
from shared.domain.device_identity import DeviceIdentity
from shared.domain.texts import Respelled
from shared.domain.twin_rules import METADATA


#: The live import job asks for a status on every line; the REST API enables without one.
STATUS: Final = "enabled"


class LeftOut(NamedTuple):
    """What a line leaves to the file."""

    import_mode: str | None
    status: str | None
    #: Whether it can be appended: not if the line names the member and says null.
    may_append: bool


def complete(device: DeviceIdentity, defaults: Defaults) -> LeftOut:
    """Set what the file says for lines that do not, and return all that the line leaves out."""
    mode = None if device.get("importMode") else defaults.import_mode
    status = None if device.get("status") else defaults.status or STATUS
    may_append = not ((mode and "importMode" in device) or (status and "status" in device))
    if mode:
        device["importMode"] = mode
    if status and defaults.status:
        device["status"] = status
    return LeftOut(mode, status, may_append)


def canonical_line(
    device: DeviceIdentity, text: bytes, left_out: LeftOut
) -> tuple[bytes, bytes | None]:
    """Return the line, and what was appended to it; None if it was written anew."""
    if left_out.may_append and not _must_be_rewritten(device, text):
        added = _members(left_out.import_mode, left_out.status)
        return (text[:-1] + added + b"}" if added else text), added
    changed = cast("dict[str, Any]", {**device, "status": device.get("status") or STATUS})
    if device.get("authentication"):
        changed["authentication"] = _without_empty_keys(changed["authentication"])
    if device.get("properties"):
        changed["properties"] = _without_metadata(changed["properties"])
    return json.dumps(changed, ensure_ascii=False, separators=(",", ":")).encode(), None


@lru_cache(maxsize=32)
def _members(import_mode: str | None, status: str | None) -> bytes:
    members = {"importMode": import_mode, "status": status}
    given = {name: value for name, value in members.items() if value}
    return b"," + json.dumps(given, separators=(",", ":")).encode()[1:-1] if given else b""


def _must_be_rewritten(device: DeviceIdentity, text: bytes) -> bool:
    authentication = device.get("authentication") or {}
    words = (device.get("status"), device.get("importMode"), authentication.get("type"))
    if Respelled in map(type, words) or b"\r" in text:  # which ends a line for .NET
        return True
    if b'""' in text and "" in (authentication.get("symmetricKey") or {}).values():
        return True
    if b'"$' not in text:
        return False
    properties = device.get("properties") or {}
    sections = (properties.get("desired") or {}, properties.get("reported") or {})
    return not all(map(METADATA.isdisjoint, sections))


def _without_empty_keys(authentication: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out empty keys: the Node SDK sends them to have keys made."""
    empty = "" in (authentication.get("symmetricKey") or {}).values()
    return {**authentication, "symmetricKey": None} if empty else authentication


def _without_metadata(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        section: content
        and {name: value for name, value in content.items() if name not in METADATA}
        for section, content in properties.items()
    }
