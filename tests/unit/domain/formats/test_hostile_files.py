"""Each hostile file ends as it must: refused by name, or with each bad entry told by its rule."""

from collections.abc import Mapping
from functools import cache
from itertools import chain

import pytest

from shared.domain.formats.format import FileRefused
from shared.domain.formats.refusals import REFUSALS, RefusalCode
from shared.domain.parts import Part
from shared.domain.rules import Code
from tests.fakes.world import World
from tests.unit.domain.formats.hostile import (
    archives,
    documents,
    encodings,
    gzips,
    identifiers,
    json_files,
    tables,
)
from tests.unit.domain.formats.hostile.file import EMPTY, Hostile
from tests.unit.domain.formats.reading import cut
from tests.unit.domain.validated import Validated, validated


MODULES = (archives, documents, encodings, gzips, identifiers, json_files, tables)
FILES: Mapping[str, Hostile] = dict(chain.from_iterable(one.FILES.items() for one in MODULES))
each_file = pytest.mark.parametrize("name", FILES)


@cache
def outcome_of(name: str) -> Validated | FileRefused:
    """Return what became of a file."""
    file = FILES[name]
    return validated(file.content, file.name, file.kind)


def ends_of(outcome: Validated | FileRefused) -> set[str]:
    """Return how a file ended: its refusal, or what was found in it."""
    if isinstance(outcome, FileRefused):
        return {outcome.code}
    nothing = outcome.tally.total == outcome.tally.skipped
    return {*outcome.tally.found, *([EMPTY] if nothing else [])}


@each_file
def test_a_hostile_file_ends_as_it_must(name: str):
    """Refused, or with its bad entries told and the good ones accepted."""
    outcome = outcome_of(name)
    assert FILES[name].ends in ends_of(outcome)
    accepted = 0 if isinstance(outcome, FileRefused) else outcome.tally.accepted
    assert accepted == FILES[name].accepted


@each_file
def test_it_ends_so_wherever_it_is_cut(name: str):
    """In the same counts and with the same words."""
    file, whole = FILES[name], outcome_of(name)
    sizes = [7, 1] if len(file.content) < 2000 else [65_536, 1]
    outcome = validated(list(cut(file.content, sizes)), file.name, file.kind)
    if isinstance(whole, FileRefused):
        assert isinstance(outcome, FileRefused)
        assert (outcome.code, outcome.text) == (whole.code, whole.text)
    else:
        assert isinstance(outcome, Validated)
        assert outcome.tally == whole.tally
        for part in Part:
            assert outcome.part(part) == whole.part(part)


@each_file
def test_it_says_what_to_do_instead(name: str):
    """The message of a refusal is one line, in which nothing is left to be filled in."""
    outcome = outcome_of(name)
    if isinstance(outcome, FileRefused):
        assert outcome.text.endswith(REFUSALS[RefusalCode(outcome.code)].do)
        assert "\n" not in outcome.text
        assert "{what}" not in outcome.text
    else:
        assert set(outcome.tally.found) <= set(Code)


@pytest.mark.parametrize("name", [name for name in FILES if FILES[name].kind == "devices"])
def test_whoever_dropped_it_is_told(name: str):
    """One result each, and whatever the hub does not get is in it."""
    file, world = FILES[name], World()
    import_id = world.drop(f"factory-a/{file.name}", file.content)
    world.start(import_id)
    if file.accepted:
        world.hub.finish()
    world.poll()
    data = world.result(import_id).data
    assert data["status"] == ("completed" if file.accepted else "rejected")
    assert data["counts"]["applied"] == file.accepted
    if not file.accepted:
        assert data["reason"]["code"] in {*REFUSALS, EMPTY, "no_good_line"}


def test_there_is_a_file_for_each_refusal():
    """And no two files of the same name."""
    assert len(FILES) == sum(len(module.FILES) for module in MODULES)
    assert {file.ends for file in FILES.values()} >= set(REFUSALS)
