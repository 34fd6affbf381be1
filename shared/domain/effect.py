"""Tells from what a hub shows whether it has done what a line asks for.

This is asked when the answer to a call got lost: repeating a line that was applied does harm. A
`create` would fail although it is done, and a line without keys would have new ones made, which
locks the device out. Source of the shapes: `Device`, `Module` and `Twin` of the service swagger.

Only what can be seen can be told: a device that was there before, just as a `create` wants it,
counts as created.
"""

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any, Final

from shared.domain.import_modes import DEFAULT_MODE, MODES, Mode


type Json = Mapping[str, Any]

#: Words that are compared as the hub compares them.
_ANY_CASE: Final = frozenset({"primaryThumbprint", "secondaryThumbprint"})
#: What a line may leave to the hub: only if it says something must the hub show the same.
_IF_GIVEN: Final = (
    ("status",),
    ("authentication", "symmetricKey", "primaryKey"),
    ("authentication", "symmetricKey", "secondaryKey"),
    ("authentication", "x509Thumbprint", "primaryThumbprint"),
    ("authentication", "x509Thumbprint", "secondaryThumbprint"),
)
#: What a line without it takes away from the device.
_ALWAYS: Final = (("statusReason",), ("capabilities", "iotEdge"))


class Left(Enum):
    """What is still to be done of a line."""

    NOTHING = auto()
    TWIN = auto()  #: the identity is as the line wants it
    ALL = auto()


def needs_twin(line: Json) -> bool:
    """Tell whether the twin shows what became of a line, and not the identity alone."""
    sections = (line.get("tags"), (line.get("properties") or {}).get("desired"))
    return _mode(line).effect == "write_twin" or any(one is not None for one in sections)


def what_is_left(line: Json, identity: Json | None, twin: Json | None) -> Left:
    """Tell what is still to be done of a line.

    Args:
        line: The canonical line.
        identity: What the hub shows of the device or module; None if it has none.
        twin: The same of its twin; looked at only if the line needs it.
    """
    mode = _mode(line)
    if mode.effect == "delete":
        return Left.ALL if identity else Left.NOTHING
    if identity is None or _is_untouched(line, mode, identity, twin):
        return Left.ALL
    if mode.effect != "write_twin" and not _is_identity_done(line, identity):
        return Left.ALL
    if not needs_twin(line) or _is_twin_done(line, twin or {}):
        return Left.NOTHING
    # What a `create` finds with another twin may be somebody else's: the hub shall refuse it.
    return Left.TWIN if mode.effect in {"create_or_replace", "replace"} else Left.ALL


def twin_update(line: Json) -> Json:
    """Return the line that writes only the twin of what a line made."""
    names = {name: line[name] for name in ("id", "moduleId", "status") if line.get(name)}
    desired = (line.get("properties") or {}).get("desired") or {}
    sections = {"tags": line.get("tags") or {}, "properties": {"desired": desired}}
    return {**names, "importMode": "updateTwin", **sections}


def _mode(line: Json) -> Mode:
    return MODES[line.get("importMode") or DEFAULT_MODE]


def _is_untouched(line: Json, mode: Mode, identity: Json, twin: Json | None) -> bool:
    """Tell whether the ETag that a line expects is still there: every write changes it."""
    if mode.etag_field is None:
        return False
    shown = (identity if mode.etag_field == "eTag" else twin or {}).get("etag")
    expected = line.get(mode.etag_field) or ""
    return bool(shown) and expected.strip('"') == str(shown).strip('"')


def _is_identity_done(line: Json, identity: Json) -> bool:
    return (
        all(_agree(line, identity, path, given=True) for path in _IF_GIVEN)
        and all(_agree(line, identity, path, given=False) for path in _ALWAYS)
        and _is_placed(line, identity)
    )


def _agree(line: Json, identity: Json, path: tuple[str, ...], *, given: bool) -> bool:
    wanted, shown = _at(line, path), _at(identity, path)
    # A module has fewer members than a device, and none of them says anything.
    if (given and not wanted) or path[0] not in identity:
        return True
    same: Callable[[Any], Any] = str.casefold if path[-1] in _ANY_CASE else _itself
    return bool(same(wanted or "") == same(shown or ""))


def _is_placed(line: Json, identity: Json) -> bool:
    """Tell whether a device has the parent that the line names.

    An edge device has a scope of its own, and any other no parents but by its scope.
    """
    member = "parentScopes" if _at(line, ("capabilities", "iotEdge")) else "deviceScope"
    return not line.get(member) or line[member] == identity.get(member)


def _is_twin_done(line: Json, twin: Json) -> bool:
    pairs = (
        (line.get("tags"), twin.get("tags")),
        (_at(line, ("properties", "desired")), _at(twin, ("properties", "desired"))),
    )
    return all(wanted is None or wanted == _own(shown or {}) for wanted, shown in pairs)


def _own(section: Json) -> Json:
    """Return a section without what the hub adds to it."""
    return {name: value for name, value in section.items() if not name.startswith("$")}


def _at(members: Json, path: tuple[str, ...]) -> Any:
    value: Any = members
    for name in path:
        value = (value or {}).get(name)
    return value


def _itself(value: Any) -> Any:
    return value
