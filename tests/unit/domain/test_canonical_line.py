import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.canonical_line import NO_EDIT, STATUS, canonical_line, complete
from shared.domain.defaults import Defaults
from shared.domain.device_identity import WORDS, parse_line
from shared.domain.device_line import NO_DEFAULTS, Accepted, judge_line
from tests.builders import a_line
from tests.soundness.mutations import mutated
from tests.soundness.seed_lines import SHAPES, MakeLine


def canonical(line: bytes, defaults: Defaults = NO_DEFAULTS) -> bytes:
    device = parse_line(line)
    text, _ = canonical_line(device, line, complete(device, defaults))
    return text


modes = st.sampled_from([None, *WORDS["importMode"]])
statuses = st.sampled_from([None, *WORDS["status"]])
shapes = st.sampled_from(SHAPES)
chances = st.randoms(use_true_random=False)


@given(shapes, chances, st.builds(Defaults, modes, statuses))
def test_what_is_written_needs_no_more(shape: MakeLine, chance: random.Random, defaults: Defaults):
    """It is one line that is good as it stands, about the same device, whatever it was before."""
    line = mutated(shape(1, chance), shape(2, chance), chance)
    judged = judge_line(1, line, defaults)
    if not isinstance(judged, Accepted):
        return
    assert b"\n" not in judged.text
    assert b"\r" not in judged.text
    again = judge_line(1, judged.text)
    assert isinstance(again, Accepted)
    assert (again.text, again.edit) == (judged.text, NO_EDIT)
    assert (again.key, again.order, again.traits) == (judged.key, judged.order, judged.traits)


@given(modes, statuses, modes, statuses)
def test_a_lines_own_word_goes_before_the_files(
    own_mode: str | None, own_status: str | None, mode: str | None, status: str | None
):
    """And null is no word. Whatever happens, a status is there."""
    line = a_line(importMode=own_mode, status=own_status)
    written = json.loads(canonical(line, Defaults(mode, status)))
    assert written["importMode"] == (own_mode or mode)
    assert written["status"] == (own_status or status or STATUS)


@pytest.mark.parametrize(
    "line",
    [
        a_line(),
        b' {"id" :"a",\t"status":"enabled"}'.strip(),
        b'{"id":"\\u0061","status":"enabled","tags":{"x":1.50,"y":-0,"z":1E5}}',
        a_line(tags={"$comment": ""}, authentication=None),
        a_line(authentication={"symmetricKey": None, "type": "sas"}),
    ],
)
def test_a_line_that_needs_no_change_keeps_its_bytes(line: bytes):
    """Its blanks, its escapes and the spelling of its numbers."""
    assert canonical(line) == line


@pytest.mark.parametrize(
    ("line", "defaults", "expected"),
    [
        (b'{"id":"a"}', NO_DEFAULTS, b'{"id":"a","status":"enabled"}'),
        (
            b'{"id":"a"}',
            Defaults("create", "disabled"),
            b'{"id":"a","importMode":"create","status":"disabled"}',
        ),
        (
            b'{ "id":"a", "status":"enabled" }',
            Defaults("delete"),
            b'{ "id":"a", "status":"enabled" ,"importMode":"delete"}',
        ),
    ],
)
def test_what_a_line_leaves_out_is_appended(line: bytes, defaults: Defaults, expected: bytes):
    """All else stays as it is."""
    assert canonical(line, defaults) == expected


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        (a_line(status="DISABLED"), {"status": "disabled"}),
        (a_line(status=None), {"status": "enabled"}),
        (a_line(importMode="updatetwin"), {"importMode": "updateTwin"}),
        (a_line(authentication={"type": "SAS"}), {"authentication": {"type": "sas"}}),
        (
            a_line(authentication={"symmetricKey": {"primaryKey": "", "secondaryKey": None}}),
            {"authentication": {"symmetricKey": None}},
        ),
        (
            a_line(properties={"desired": {"$version": 2, "a": {"b": 1}}, "reported": None}),
            {"properties": {"desired": {"a": {"b": 1}}, "reported": None}},
        ),
        (a_line(tags={"a": "é"}).replace(b" ", b"\r"), {}),
    ],
)
def test_only_what_must_be_is_changed(line: bytes, changes: dict[str, Any]):
    """All other members of a line that is written anew say what they said."""
    assert json.loads(canonical(line)) == json.loads(line) | changes


@pytest.mark.parametrize("line", [a_line(status="Enabled"), a_line().replace(b" ", b"\r")])
def test_a_line_that_is_written_anew_is_compact_and_has_no_escapes(line: bytes):
    """The hub reads UTF-8, and a carriage return ends a line for some readers."""
    text = line[:-1] + b',"tags":{"plant":"\\u0141\\u00f3d\\u017a"}}'
    expected = '{"id":"d1","status":"enabled","tags":{"plant":"Łódź"}}'
    assert canonical(text).decode() == expected
