"""Writes an accepted line the way the hub wants it, and leaves alone what needs no change.

A line whose meaning is right keeps its bytes. One with a word in another spelling gets the hub's
in its place, and one that leaves something to the file gets it appended. Only a line with empty
keys, the hub's own metadata, nulls to be filled or a carriage return inside is written anew.
"""

import json
import re
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


class Edit(NamedTuple):
    """What makes a line canonical without writing it anew."""

    #: Bytes that stand in the line once, each with what takes their place.
    replaced: tuple[tuple[bytes, bytes], ...]
    #: What is put before the last brace.
    added: bytes

    def apply(self, line: bytes) -> bytes:
        """Return the canonical line."""
        for old, new in self.replaced:
            line = line.replace(old, new, 1)
        return line[:-1] + self.added + b"}" if self.added else line


NO_EDIT: Final = Edit((), b"")


def canonical_line(
    device: DeviceIdentity, text: bytes, left_out: LeftOut
) -> tuple[bytes, Edit | None]:
    """Return the line, and the edit that it came by; None if it was written anew."""
    if left_out.may_append and not _must_be_rewritten(device, text):
        edit = _edit(device, text, _members(left_out.import_mode, left_out.status))
        if edit:
            return edit.apply(text), edit
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


def _edit(device: DeviceIdentity, text: bytes, added: bytes) -> Edit | None:
    """Return the edit that spells all words as the hub does; None if a place is not certain."""
    kind = (device.get("authentication") or {}).get("type")
    words = {"status": device.get("status"), "importMode": device.get("importMode"), "type": kind}
    respelled = [(name, word) for name, word in words.items() if type(word) is Respelled]
    if not respelled:
        return Edit((), added) if added else NO_EDIT
    replaced = [_respelling(name, word, text) for name, word in respelled]
    return None if None in replaced else Edit(tuple(filter(None, replaced)), added)


def _respelling(name: str, word: str, text: bytes) -> tuple[bytes, bytes] | None:
    """Return a member with its word as sent and as the hub spells it.

    Names and words are told from values by what is around them: only a name stands before a colon,
    if nothing is escaped. Where the name stands twice, nobody knows which member is meant.
    """
    found = _member(name).findall(text)
    if len(found) != 1 or b"\\" in text or not found[0].endswith(b'"'):
        return None
    (old,) = found
    return old, old[: -len(word) - 1] + word.encode() + b'"'


@lru_cache(maxsize=32)
def _member(name: str) -> re.Pattern[bytes]:
    return re.compile(rb'"%s"[ \t\r]*:[ \t\r]*(?:"[A-Za-z]*")?' % name.encode())


def _must_be_rewritten(device: DeviceIdentity, text: bytes) -> bool:
    authentication = device.get("authentication") or {}
    if b"\r" in text:  # JSON may have it between values, where readers see the end of a line
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
