"""Warns of scopes where nobody can say what the hub's own are."""

from collections.abc import Iterator

from pydantic_core import from_json

from shared.domain.accepted_part import accepted_lines
from shared.domain.device_line import Order
from shared.domain.family import CHILDREN, scope_field, scopes_in
from shared.domain.finding import Finding, Violation
from shared.domain.formats.format import Format
from shared.domain.parts import Part, Parts, json_line
from shared.domain.rules import Code
from shared.domain.tally import Tally
from shared.domain.telling import WARNINGS, Telling


def warn_of_scopes(parts: Parts, form: Format, tally: Tally) -> None:
    """Add a warning for each accepted line that names a parent by its scope, and count them.

    Args:
        parts: What a validation wrote.
        form: The sender's format.
        tally: The counts, which are changed.
    """
    if not any(tally.lines[order] for order in CHILDREN):
        return
    telling = Telling(WARNINGS, form.called, always=False)
    with parts.replace(Part.WARNINGS) as files:
        write = files(Part.WARNINGS, Order.DEVICE)
        for chunk in parts.read(Part.WARNINGS):
            write(chunk)
        for violation in _violations(parts, tally):
            tally.found[violation.finding.code] += 1
            for members in telling.members([violation]):
                write(json_line(members))


def _violations(parts: Parts, tally: Tally) -> Iterator[Violation]:
    for order in CHILDREN:
        for block in accepted_lines(parts, tally, order):
            for number, line in zip(block.numbers, block.lines(), strict=True):
                members = from_json(line)
                if scopes_in(members):
                    finding = Finding(scope_field(members), Code.SCOPE_NOT_TRANSLATED)
                    yield Violation(number, members["id"], finding)
