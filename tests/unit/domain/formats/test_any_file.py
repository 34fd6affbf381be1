"""What holds for every file, whatever is in it."""

import json
from collections.abc import Sequence

from hypothesis import event, given, settings

from shared.domain.formats.format import FileRefused
from shared.domain.formats.recognition import Kind, format_from
from shared.domain.formats.refusals import REFUSALS
from shared.domain.parts import Part
from tests.unit.domain.formats.garbage import contents, kinds, names
from tests.unit.domain.formats.reading import cut, cuts, number_of, recognised
from tests.unit.domain.validated import Validated, validated


@settings(max_examples=1000)
@given(contents, names, kinds, cuts)
def test_where_a_file_is_cut_makes_no_difference(
    content: bytes, name: str, kind: Kind, sizes: Sequence[int]
):
    """The same format, the same entries, the same refusal."""
    whole_form, whole = recognised(name, iter([content]), kind)
    form, read = recognised(name, cut(content, sizes), kind)
    assert type(form) is type(whole_form)
    assert read == whole
    event(f"{form and form.name}")


@settings(max_examples=1000)
@given(contents, names, kinds)
def test_every_entry_is_accounted_for_once(content: bytes, name: str, kind: Kind):
    """Accepted, rejected or skipped, each under its number; or the file is refused."""
    outcome = validated(content, name, kind)
    if isinstance(outcome, FileRefused):
        assert outcome.code in REFUSALS
        assert outcome.text
        return
    _, entries = recognised(name, iter([content]), kind)
    numbers = [number_of(entry) for entry in entries if not isinstance(entry, str)]
    told = {one["line"] for part in (Part.REJECTED, Part.SKIPPED) for one in outcome.objects(part)}
    assert sum(outcome.counts) == outcome.tally.total == len(numbers)
    assert sorted([*told, *outcome.numbers]) == numbers
    assert numbers == list(range(numbers[0], numbers[-1] + 1) if numbers else [])
    assert len(outcome.devices) == outcome.tally.accepted


@settings(max_examples=500)
@given(contents, names, kinds)
def test_a_format_is_made_again_from_its_layout(content: bytes, name: str, kind: Kind):
    """Hours later, from the record of the import: what it writes then is the same."""
    outcome = validated(content, name, kind)
    if isinstance(outcome, FileRefused):
        return
    form = format_from(json.loads(json.dumps(outcome.form.layout())))
    assert type(form) is type(outcome.form)
    for part in ("name", "head", "separator", "tail"):
        assert getattr(form, part) == getattr(outcome.form, part)
    for line in outcome.lines(Part.DEVICES):
        assert form.source_of(line) == outcome.form.source_of(line)
    for field in ("id", "status", "tags.a.b", "importedDeviceIdentifier"):
        assert form.called(field) == outcome.form.called(field)


@settings(max_examples=500)
@given(contents, names, kinds)
def test_what_was_accepted_is_accepted_again(content: bytes, name: str, kind: Kind):
    """Written as the sender would, as what the target refuses is sent back to be tried again."""
    outcome = validated(content, name, kind)
    if isinstance(outcome, FileRefused):
        return
    form, lines = outcome.form, outcome.lines(Part.DEVICES)
    if lines:
        entries = form.separator.join(map(form.source_of, lines))
        again = Validated(form.head + entries + form.tail, f"retry.{form.name}", kind)
        assert again.counts == (len(lines), 0, 0)
        assert again.lines(Part.DEVICES) == lines
