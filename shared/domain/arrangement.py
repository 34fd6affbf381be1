"""Puts the lines of a file into phases, with the scopes that parents have at the hub."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Final, NamedTuple

from pydantic_core import from_json, to_json

from shared.domain.device_rules import SCOPE
from shared.domain.family import Family, Members, scope_field, scopes_in
from shared.domain.parts import json_line
from shared.domain.report import Outcome, Verdict


#: What the report says of a line in which a scope was rewritten.
TRANSLATED: Final = "scope_translated"
#: What it says of a line that was not sent, because its parent is not there.
PARENT_FAILED: Final = "parent_failed"
#: Why a parent that the hub took counts as not there.
PARENT_MISSING: Final = "parent_missing"
_SCOPE: Final = SCOPE.encode()


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a parent."""

    id: str
    #: The scope that it spans at the hub; None if the hub has no such edge device.
    scope: str | None = None
    #: Why it was not imported, if the file was to make it and did not.
    code: str = ""
    message: str = ""

    @property
    def lost_children(self) -> str:
        """Why its children are not sent."""
        return f"its parent {self.id} was not imported: {self.code}: {self.message}"

    def line(self) -> bytes:
        """Return the fate as a line of NDJSON."""
        return json_line(asdict(self))


def read_fates(lines: Iterable[bytes]) -> dict[str, Fate]:
    """Return fates by the ids of the parents, from their lines."""
    fates = (Fate(**from_json(line)) for line in lines)
    return {fate.id: fate for fate in fates}


class Placed(NamedTuple):
    """Where a line goes, and how."""

    phase: int
    #: The line with the hub's own scopes.
    text: bytes
    #: The parent that is not there, so that the line is not sent; None if it is.
    orphan_of: Fate | None = None
    #: The parents whose scopes were put in.
    translated: tuple[str, ...] = ()

    def withheld(self) -> Verdict | None:
        """Return the verdict on a line that is not sent."""
        if self.orphan_of is None:
            return None
        return Verdict(Outcome.FAILED, PARENT_FAILED, self.orphan_of.lost_children)

    def noted(self, verdict: Verdict) -> Verdict:
        """Return the verdict with a note that scopes were rewritten, if they were."""
        if not self.translated or verdict.outcome is not Outcome.APPLIED:
            return verdict
        parents = ", ".join(self.translated)
        note = f"the scope of its parent {parents} was replaced by the one at this hub"
        message = "; ".join(filter(None, (verdict.message, note)))
        return Verdict(verdict.outcome, verdict.code or TRANSLATED, message)


class Arrangement:
    """Knows of each line its phase and its text.

    Args:
        family: The parents that the lines name.
        fates: What is known of them by now.
    """

    def __init__(self, family: Family, fates: Mapping[str, Fate]) -> None:
        self._family = family
        self._fates = fates
        self._by_scope = family.by_scope()
        self._last = family.phases - 1

    def placed(self, line: bytes) -> Placed:
        """Return where a canonical line goes; a module goes with the last phase."""
        if _SCOPE not in line and b'"moduleId"' not in line and b"\\" not in line:
            return Placed(0, line)
        members = from_json(line)
        if members.get("moduleId"):
            return Placed(self._last, line)
        known = self._by_scope
        named = {scope: known[scope] for scope in scopes_in(members) if scope in known}
        fates = {scope: self._fates.get(device_id) for scope, device_id in named.items()}
        orphan_of = next((fate for fate in fates.values() if fate and fate.code), None)
        new = {
            scope: fate.scope
            for scope, fate in fates.items()
            if fate and fate.scope and fate.scope != scope
        }
        phase = self._phase_of(members, named.values())
        translated = tuple(named[scope] for scope in new)
        return Placed(phase, _rewritten(line, members, new), orphan_of, translated)

    def _phase_of(self, members: Members, parents: Iterable[str]) -> int:
        own = self._family.parents.get(members["id"])
        if own and own.phase is not None:
            return own.phase
        above = (self._family.parents[parent].phase for parent in parents)
        return max((phase + 1 for phase in above if phase is not None), default=0)


def orphans(family: Family, phase: int, fates: Mapping[str, Fate]) -> Iterator[Fate]:
    """Yield the fates of parents that were to be sent in a phase, but have no parents themselves.

    Args:
        family: All parents.
        phase: The phase.
        fates: What became of the parents before.
    """
    for parent in family.parents.values():
        if parent.phase == phase:
            gone = (fates[up] for up in parent.above if up in fates and fates[up].code)
            for fate in gone:
                yield Fate(parent.id, code=PARENT_FAILED, message=fate.lost_children)
                break


def _rewritten(line: bytes, members: Members, new: Mapping[str, str]) -> bytes:
    """Return the line with other scopes; it keeps all other bytes where that is certain."""
    if not new:
        return line
    name = scope_field(members)
    value = members[name]
    scopes = [value] if isinstance(value, str) else value
    if all(line.count(to_json(scope)) == scopes.count(scope) for scope in new):
        for scope, other in new.items():
            line = line.replace(to_json(scope), to_json(other))
        return line
    others = [new.get(scope, scope) for scope in scopes]
    return to_json({**members, name: others[0] if isinstance(value, str) else others})
