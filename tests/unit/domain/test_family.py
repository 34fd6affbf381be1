import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import family as module
from shared.domain.arrangement import Arrangement, Fate, orphans, read_fates
from shared.domain.family import Family, scopes_in, survey
from shared.domain.formats.format import FileRefused
from shared.domain.parts import Part
from shared.domain.report import APPLIED, Outcome, Verdict
from tests.builders import a_file, a_line
from tests.unit.domain.validated import Validated


EDGE = {"capabilities": {"iotEdge": True}}


def scope(device_id: str, generation: str = "638000000000000001") -> str:
    return f"ms-azure-iot-edge://{device_id}-{generation}"


def family_of(*lines: bytes) -> Family:
    validated = Validated(a_file(*lines))
    return survey(validated.parts, validated.tally)


def phase_of(family: Family, line: bytes) -> int:
    return Arrangement(family, {}).placed(line).phase


#: Names with hyphens, some of them the beginning of others.
NAMES = [f"gw{'-1' * (number % 4)}-{'x' * (number // 4)}" for number in range(12)]


@st.composite
def forests(draw: st.DrawFn) -> list[bytes]:
    """Edge devices below edge devices, leaves and modules below any of them, in any order."""
    above: dict[str, str | None] = {}
    lines = []
    for name in NAMES[: draw(st.integers(1, len(NAMES)))]:
        above[name] = parent = draw(st.sampled_from([None, *above]))
        members: dict[str, Any] = {"parentScopes": [scope(parent)]} if parent else {}
        own = {"deviceScope": scope(name)} if draw(st.booleans()) else {}
        lines.append(a_line(name, **EDGE, **own, **members))
    parents = st.sampled_from([None, *above])
    for number, parent in enumerate(draw(st.lists(parents, max_size=8))):
        placed = {"deviceScope": scope(parent)} if parent else {}
        lines.append(a_line(f"leaf-{number}", **placed))
    for number, owner in enumerate(draw(st.lists(st.sampled_from([*above]), max_size=3))):
        lines.append(a_line(owner, moduleId=f"m{number}"))
    return list(draw(st.permutations(lines)))


def sent_in_phases(validated: Validated, family: Family) -> list[tuple[int, dict[str, Any]]]:
    """Go through all phases at a hub that makes other generations; return what it is sent."""
    sent = []
    fates: dict[str, Fate] = {}
    for phase in range(family.phases):
        for parent in family.asked_before(phase):
            fates[parent.id] = Fate(parent.id, scope(parent.id, "999"))
        arrangement = Arrangement(family, fates)
        placed = map(arrangement.placed, validated.lines(Part.DEVICES))
        sent += [(phase, json.loads(one.text)) for one in placed if one.phase == phase]
    return sent


@given(forests())
def test_parents_precede_their_children_whose_scopes_are_the_hubs(lines: list[bytes]):
    """In any forest: each line goes once, after its parent's phase, and names its new scope."""
    validated = Validated(a_file(*lines))
    sent = sent_in_phases(validated, survey(validated.parts, validated.tally))
    there: dict[str, int] = {}
    for phase, members in sent:
        for named in scopes_in(members):
            parent = named.removeprefix("ms-azure-iot-edge://").removesuffix("-999")
            assert there[parent] < phase
        there.setdefault(members["id"], phase)
    assert len(sent) == len(lines)
    names = sorted((one["id"], one.get("moduleId") or "") for _, one in sent)
    wanted = (json.loads(line) for line in lines)
    assert names == sorted((one["id"], one.get("moduleId") or "") for one in wanted)


@given(forests())
def test_nothing_but_scopes_is_rewritten(lines: list[bytes]):
    """Every other member arrives as it was sent, and so does the own scope of an edge device."""
    validated = Validated(a_file(*lines))
    sent = sent_in_phases(validated, survey(validated.parts, validated.tally))
    before = {(one["id"], one.get("moduleId")): one for one in validated.devices}
    for _, members in sent:
        for named in scopes_in(members):
            old = scope(named.removeprefix("ms-azure-iot-edge://").removesuffix("-999"))
            text = json.dumps(members).replace(json.dumps(named), json.dumps(old))
            members = json.loads(text)  # noqa: PLW2901 - each of its scopes is put back
        assert members == before[members["id"], members.get("moduleId")]


@given(forests())
def test_a_hub_that_has_the_scopes_gets_the_very_bytes(lines: list[bytes]):
    """As where a file goes back to the hub that it came from."""
    validated = Validated(a_file(*lines))
    family = survey(validated.parts, validated.tally)
    arrangement = Arrangement(family, {one: Fate(one, scope(one)) for one in family.parents})
    for line in validated.lines(Part.DEVICES):
        placed = arrangement.placed(line)
        assert placed.text is line
        assert not placed.translated


@given(forests())
def test_a_family_is_read_as_it_was_written(lines: list[bytes]):
    """So every worker goes by the same phases."""
    family = family_of(*lines)
    assert Family.read(family.lines()) == family
    fates = {"a": Fate("a", scope("a")), "b": Fate("b", code="X", message="ünlucky")}
    assert read_fates(fate.line() for fate in fates.values()) == fates


@given(forests(), st.sampled_from(NAMES))
def test_below_a_parent_that_failed_nothing_is_sent(lines: list[bytes], failed: str):
    """Children, and their children; each is told which parent it was."""
    validated = Validated(a_file(*lines))
    family = survey(validated.parts, validated.tally)
    fates: dict[str, Fate] = {}
    for phase in range(family.phases):
        gone = {one.id: one for one in orphans(family, phase - 1, fates)}
        for parent in family.asked_before(phase):
            refused = Fate(failed, code="Refused", message="no")
            made = gone.get(parent.id) or Fate(parent.id, scope(parent.id, "999"))
            fates[parent.id] = refused if parent.id == failed else made
    placed = map(Arrangement(family, fates).placed, validated.lines(Part.DEVICES))
    for one in placed:
        above = list(scopes_in(json.loads(one.text)))
        chain = _chain(family, above)
        assert bool(one.withheld()) == (failed in chain)
        if verdict := one.withheld():
            assert verdict.outcome is Outcome.FAILED
            assert failed in verdict.message


def _chain(family: Family, scopes: Sequence[str]) -> set[str]:
    """Return the ids of all that stands above, in the words of the file or of the hub."""
    by_scope = family.by_scope() | {scope(one, "999"): one for one in family.parents}
    chain: set[str] = set()
    left = [by_scope[one] for one in scopes]
    while left:
        chain.add(one := left.pop())
        left += family.parents[one].above
    return chain


def test_a_file_without_children_has_no_family():
    """Nothing of it is looked at, and it goes as it is."""
    assert family_of(a_line("e", **EDGE), a_line("d"), a_line("e", moduleId="m")) == Family()


def test_a_parent_outside_the_file_needs_no_phase_of_its_own():
    """Nor does one that the file only updates: both are there before."""
    child = a_line("leaf", deviceScope=scope("gw"))
    assert family_of(child).phases == 1
    update = a_line("gw", importMode="update", deviceScope=scope("gw"), **EDGE)
    family = family_of(child, update)
    assert (family.phases, phase_of(family, child)) == (1, 0)
    assert [one.id for one in family.asked_before(0)] == ["gw"]


@pytest.mark.parametrize("mode", ["delete", "deleteIfMatchETag", "updateTwin"])
def test_a_line_that_places_no_device_names_no_parent(mode: str):
    """Its scope says nothing to the hub."""
    line = a_line("leaf", importMode=mode, eTag="x", deviceScope=scope("gw"))
    assert family_of(a_line("gw", **EDGE), line) == Family()


@pytest.mark.parametrize("text", ["", "gw-1", "ms-azure-iot-edge://", "ms-azure-iot-edge://gw"])
def test_what_is_no_scope_goes_as_it_is(text: str):
    """The hub says what it thinks of it."""
    assert family_of(a_line("gw", **EDGE), a_line("leaf", deviceScope=text)) == Family()


def test_a_parent_that_says_its_scope_is_believed():
    """Whatever hyphens the rest has."""
    own = scope("gw", "a-b-c")
    family = family_of(a_line("gw", deviceScope=own, **EDGE), a_line("x", deviceScope=own))
    assert family.phases == 2
    assert family.by_scope() == {own: "gw"}


def test_the_longest_id_is_the_parents():
    """Both edge devices fit the beginning of the scope."""
    child = a_line("leaf", deviceScope=scope("gw-1"))
    family = family_of(a_line("gw", **EDGE), a_line("gw-1", **EDGE), child)
    assert family.by_scope() == {scope("gw-1"): "gw-1"}


def test_an_escape_hides_no_parent():
    """JSON may spell a name in several ways."""
    hidden = rb'{"id":"gw","status":"enabled","capabilities":{"\u0069otEdge":true}}'
    assert family_of(hidden, a_line("leaf", deviceScope=scope("gw"))).phases == 2


def test_edge_devices_in_a_ring_are_left_to_the_hub():
    """No order would do; they are sent at once, as they are."""
    ring = [
        a_line("a", parentScopes=[scope("b")], **EDGE),
        a_line("b", parentScopes=[scope("a")], **EDGE),
    ]
    family = family_of(*ring)
    assert [phase_of(family, line) for line in ring] == [0, 0]


def test_a_scope_elsewhere_in_the_line_stays():
    """What a tag says is the sender's own."""
    old, new = scope("gw"), scope("gw", "999")
    line = a_line("leaf", deviceScope=old, tags={"was": old, "rate": 1.5, "name": "Küche"})
    family = family_of(a_line("gw", **EDGE), line)
    placed = Arrangement(family, {"gw": Fate("gw", new)}).placed(line)
    assert json.loads(placed.text) == {**json.loads(line), "deviceScope": new}
    assert placed.translated == ("gw",)


def test_what_was_applied_says_that_its_scope_is_another():
    """What was not, says only why."""
    line = a_line("leaf", deviceScope=scope("gw"))
    family = family_of(a_line("gw", **EDGE), line)
    placed = Arrangement(family, {"gw": Fate("gw", scope("gw", "9"))}).placed(line)
    assert placed.noted(APPLIED).code == "scope_translated"
    again = Verdict(Outcome.APPLIED, "applied_on_second_try", "went well")
    assert placed.noted(again).code == "applied_on_second_try"
    assert "gw" in placed.noted(again).message
    failed = Verdict(Outcome.FAILED, "x", "y")
    assert placed.noted(failed) is failed


def test_more_parents_than_fit_are_refused(monkeypatch: pytest.MonkeyPatch):
    """Not cut off: the file is refused with what to do."""
    monkeypatch.setattr(module, "MOST_SCOPES", 3)
    leaves = [a_line(f"leaf{number}", deviceScope=scope(f"gw{number}")) for number in range(4)]
    assert len(family_of(*leaves[:3]).parents) == 3
    with pytest.raises(FileRefused) as refused:
        family_of(*leaves)
    assert refused.value.code == "too_many_parents"


def test_deeper_families_than_phases_are_refused():
    """Each level is a job."""

    def chain(length: int) -> list[bytes]:
        edges = [
            a_line(f"e{number}", parentScopes=[scope(f"e{number - 1}")] if number else [], **EDGE)
            for number in range(length)
        ]
        return [*edges, a_line("leaf", deviceScope=scope(f"e{length - 1}"))]

    assert family_of(*chain(module.MOST_PHASES - 1)).phases == module.MOST_PHASES
    with pytest.raises(FileRefused) as refused:
        family_of(*chain(module.MOST_PHASES))
    assert refused.value.code == "too_many_levels"
