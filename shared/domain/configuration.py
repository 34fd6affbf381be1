"""Judges lines of files of configurations (device configurations and edge deployments).

Only what a line must have to be told from others is judged here; contents, conditions and metrics
are the hub's to judge. Sources: ImportConfiguration.cs and ConfigurationImportMode.cs of the C#
SDK, in which there is one mode; ids as a live hub takes them. Exports write names in PascalCase,
and the hub reads them in any case.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from shared.domain.device_line import Accepted, Judged, Order, Rejected, Traits
from shared.domain.finding import Finding
from shared.domain.redaction import redacted
from shared.domain.rules import Code
from shared.domain.single_object import judge_object


#: Tells layouts of files of configurations from those of device files.
KIND: Final = "configurations"
#: The one mode that the service has for configurations; it refuses a line without it.
MODE: Final = "createOrUpdateIfMatchETag"

_NAME: Final = re.compile(
    r"(?:.*[/.])?configurations\.(?:txt|ndjson|jsonl|json)(?:\.gz)?", re.IGNORECASE
)
_ID: Final = re.compile(r"[a-z0-9\-+%_*!']{1,128}", re.ASCII)
_EXPECTED: Final = "1 to 128 of a-z 0-9 - + % _ * ! '"


def is_about_configurations(name: str) -> bool:
    """Tell whether a file is about configurations: `configurations.txt`, `x.configurations.txt`.

    That is the name under which hubs export them.
    """
    return _NAME.fullmatch(name) is not None


def judge_configuration(number: int, line: bytes) -> Judged:
    """Judge an object of JSON; see `judge_object`."""
    return judge_object(number, line, _judge_members)


def _judge_members(number: int, members: dict[str, Any], text: bytes) -> Judged:
    name, given = _taken(members, "id"), _taken(members, "importMode")
    if wrong := tuple(_wrong(name, given)):
        shown = redacted(name, 128) if isinstance(name, str) else None
        return Rejected(number, shown, wrong, text)
    line = {"id": name, **members, "importMode": MODE}
    written = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()
    return Accepted(number, str(name), None, written, None, Order.DEVICE, Traits(MODE, "", ""), ())


def _taken(members: dict[str, Any], name: str) -> Any:
    """Take a member out, whatever the case of its name."""
    found = next((one for one in members if one.lower() == name.lower()), None)
    return members.pop(found) if found is not None else None


def _wrong(name: Any, mode: Any) -> Iterator[Finding]:
    if name is None:
        yield Finding("id", Code.MISSING_FIELD)
    elif not isinstance(name, str) or not _ID.fullmatch(name):
        yield Finding("id", Code.INVALID_IDENTIFIER, {"expected": _EXPECTED})
    if mode is not None and str(mode).lower() != MODE.lower():
        words = {"found": redacted(str(mode), 40), "words": MODE, "hint": ""}
        yield Finding("importMode", Code.UNKNOWN_VALUE, words)
