"""Who is whose parent in a file, and in which phase of an import each line can be sent.

A parent is an edge device, and its children name it by its scope:
`ms-azure-iot-edge://<device id>-<generation id>`. The hub makes the generation id when it creates
the device, so the scopes of a file name nothing in another hub. A parent that the file creates
has to be there before its children are sent; so a line's phase is the number of edge devices
above it that the file creates. Source: azure-iot-sdk-csharp#1885 and #2184.

Which parent a scope names is told by the parent's own line, if that says its scope, and else by
the part before the last hyphen: device ids may have hyphens, generation ids are numbers.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic_core import from_json

from shared.domain.accepted_part import accepted_lines
from shared.domain.device_line import Order
from shared.domain.device_rules import SCOPE
from shared.domain.formats.format import FileRefused
from shared.domain.import_modes import DEFAULT_MODE, MODES, Effect
from shared.domain.parts import Part, Parts, json_line
from shared.domain.tally import Tally


#: Scopes that the children of one file may name. They are kept in memory: 60 MB with ids of 20
#: characters, 90 MB with the longest.
MOST_SCOPES: Final = 100_000
#: Phases of one import; each is a job of its own.
MOST_PHASES: Final = 20
#: What a file is refused with that goes beyond that.
TOO_MANY_PARENTS: Final = "too_many_parents"
TOO_MANY_LEVELS: Final = "too_many_levels"
#: Device id, hyphen and generation id; both have up to 128 characters.
_MOST_CHARACTERS: Final = len(SCOPE) + 257
#: The orders whose lines may name a parent.
CHILDREN: Final = (Order.EDGE_CHILD, Order.CHILD)
#: What places a device below its parent, and what may make a parent.
_PLACES: Final[frozenset[Effect]] = frozenset({"create", "create_or_replace", "replace"})
_MAKES: Final[frozenset[Effect]] = frozenset({"create", "create_or_replace"})
#: What a line about an edge device has in it; an escape may hide the name.
_EDGE: Final = re.compile(rb'iotEdge"[ \t]*:[ \t]*true')
_EDGE_OR_ESCAPE: Final = re.compile(_EDGE.pattern + rb"|\\u")

type Members = Mapping[str, Any]


def scope_field(members: Members) -> str:
    """Return the member by which a device names its parent."""
    return "parentScopes" if _is_edge(members) else "deviceScope"


def scopes_in(members: Members) -> Sequence[str]:
    """Return the scopes by which a line places its device below parents; mostly one or none."""
    if members.get("moduleId") or _effect(members) not in _PLACES:
        return ()
    found = members.get(scope_field(members)) or ()
    return [scope for scope in ([found] if isinstance(found, str) else found) if _is_scope(scope)]


@dataclass(frozen=True, slots=True)
class Parent:
    """An edge device that lines of the file name as their parent."""

    id: str
    scopes: tuple[str, ...]
    #: The phase of its own line; None if the file has none that may make it.
    phase: int | None = None
    #: The parents of its own line.
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """All parents that the lines of a file name."""

    parents: Mapping[str, Parent] = field(default_factory=dict)

    @classmethod
    def read(cls, lines: Iterable[bytes]) -> "Family":
        """Return what `write` wrote."""
        found = (from_json(line) for line in lines)
        parents = (
            Parent(one["id"], tuple(one["scopes"]), one["phase"], tuple(one["above"]))
            for one in found
        )
        return cls({parent.id: parent for parent in parents})

    def lines(self) -> Iterator[bytes]:
        """Yield the family as lines of NDJSON."""
        for one in self.parents.values():
            members = {"id": one.id, "scopes": one.scopes, "phase": one.phase, "above": one.above}
            yield json_line(members)

    @property
    def phases(self) -> int:
        """How many phases the file needs."""
        made = (one.phase for one in self.parents.values() if one.phase is not None)
        return max(made, default=-1) + 2

    def asked_before(self, phase: int) -> Iterator[Parent]:
        """Yield the parents whose scopes must be known before a phase can be sent.

        Those that the phase before made; and before the first, those that the file does not make.
        """
        wanted = phase - 1 if phase else None
        return (one for one in self.parents.values() if one.phase == wanted)

    def by_scope(self) -> dict[str, str]:
        """Return the id of the parent that each scope names."""
        return {scope: one.id for one in self.parents.values() for scope in one.scopes}


def survey(parts: Parts, tally: Tally) -> Family:
    """Find the parents that the accepted lines of a file name.

    Args:
        parts: What a validation wrote.
        tally: Its counts. A file without children is not looked at.

    Raises:
        FileRefused: There are more of them, or they stand deeper, than one import can take.
    """
    named = _named(parts, tally)
    if not named:
        return Family()
    above = _made_by_the_file(parts, tally, named)
    phases = _phases(above)
    scopes: dict[str, list[str]] = {}
    for scope, device_id in named.items():
        scopes.setdefault(device_id, []).append(scope)
    return Family(
        {
            one: Parent(one, tuple(scopes[one]), phases.get(one), above.get(one, ()))
            for one in scopes
        }
    )


def _named(parts: Parts, tally: Tally) -> dict[str, str]:
    """Return the scopes that lines name, each with the device that it seems to be of."""
    named: dict[str, str] = {}
    for line in _lines_of(parts, tally, CHILDREN):
        for scope in scopes_in(from_json(line)):
            named[scope] = scope.removeprefix(SCOPE).rpartition("-")[0]
        if len(named) > MOST_SCOPES:
            text = f"the lines name more than {MOST_SCOPES:,} parents; split the file"
            raise FileRefused(TOO_MANY_PARENTS, text)
    return named


def _made_by_the_file(
    parts: Parts, tally: Tally, named: dict[str, str]
) -> Mapping[str, tuple[str, ...]]:
    """Return the named parents that lines may make, each with the ids of its own parents.

    What those lines say of their own scopes is put right in `named`.
    """
    above: dict[str, Sequence[str]] = {}
    wanted = set(named.values())
    for line in _edges(parts, tally):
        members = from_json(line)
        if not _is_edge(members) or _effect(members) not in _MAKES:
            continue
        own, device_id = members.get("deviceScope"), members["id"]
        if own in named:
            named[own] = device_id
        if own in named or device_id in wanted:
            above[device_id] = scopes_in(members)
    left = set(named.values())
    return {
        device_id: tuple(named[scope] for scope in scopes)
        for device_id, scopes in above.items()
        if device_id in left
    }


def _phases(above: Mapping[str, Sequence[str]]) -> Mapping[str, int]:
    """Return the phase of each parent that the file makes, by what stands above it.

    Those in a ring are sent at once, and the hub refuses them.
    """
    phases: dict[str, int] = {}
    left = {one: {up for up in ups if up in above} for one, ups in above.items()}
    while ready := [one for one, ups in left.items() if ups <= phases.keys()]:
        phase = max(phases.values(), default=-1) + 1
        if phase + 1 >= MOST_PHASES:
            text = f"edge devices stand {phase + 1} levels deep or more; split the file"
            raise FileRefused(TOO_MANY_LEVELS, text)
        phases.update(dict.fromkeys(ready, phase))
        for one in ready:
            del left[one]
    return phases | dict.fromkeys(left, 0)


def _edges(parts: Parts, tally: Tally) -> Iterator[bytes]:
    """Yield the lines that may be about edge devices; most others are not even parsed."""
    for block in accepted_lines(parts, tally, Order.DEVICE):
        yield from _lines_with_edges(block.text)
    yield from _lines_of(parts, tally, (Order.EDGE_CHILD,))


def _lines_with_edges(text: bytes) -> Iterator[bytes]:
    end = 0
    for found in (_EDGE_OR_ESCAPE if b"\\u" in text else _EDGE).finditer(text):
        if found.start() >= end:
            start, end = text.rfind(b"\n", 0, found.start()) + 1, text.find(b"\n", found.end())
            yield text[start:end]


def _lines_of(parts: Parts, tally: Tally, orders: Iterable[Order]) -> Iterator[bytes]:
    for order in orders:
        for block in accepted_lines(parts, tally, order):
            yield from block.lines()


def _effect(members: Members) -> Effect:
    return MODES[members.get("importMode") or DEFAULT_MODE].effect


def _is_edge(members: Members) -> bool:
    edge = (members.get("capabilities") or {}).get("iotEdge")
    return bool(edge) and not members.get("moduleId")


def _is_scope(scope: str | None) -> bool:
    if not scope or not scope.startswith(SCOPE) or len(scope) > _MOST_CHARACTERS:
        return False
    return scope.rpartition("-")[0] > SCOPE


def write_family(parts: Parts, family: Family) -> None:
    """Write a family down beside the lines that it is about."""
    with parts.replace(Part.PARENTS) as files:
        for line in family.lines():
            files(Part.PARENTS, Order.DEVICE)(line)
