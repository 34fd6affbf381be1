"""Judges a whole device file and writes down what became of every entry.

The file is read once. Only where a device may stand in it twice, what was written is looked at
again: the lines are compared with each other, and those that repeat a device are taken out.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import BinaryIO

from shared.domain.accepted_part import keys_at
from shared.domain.block_judge import Block, BlockJudge, JudgedBlock
from shared.domain.defaults import Defaults
from shared.domain.device_line import NO_DEFAULTS, Accepted, Judged, Order, Rejected, Skipped
from shared.domain.finding import Violation
from shared.domain.formats.format import Format, Piece
from shared.domain.namesakes import Compared, alone, compare
from shared.domain.parts import COLUMNS, WRITTEN, Open, Part, Parts, csv_row, json_line
from shared.domain.repeated_keys import RepeatedKeys
from shared.domain.tally import Tally
from shared.domain.telling import DETAILS, WARNINGS, Telling
from shared.domain.withdrawal import withdraw


def validate(
    pieces: Iterable[Piece],
    form: Format,
    parts: Parts,
    scratch: BinaryIO,
    defaults: Defaults = NO_DEFAULTS,
    details: int = DETAILS,
) -> Tally:
    """Judge a file and write all parts; return the counts.

    Args:
        pieces: The entries of the file, from its beginning.
        form: The file's format, as the sender wrote it.
        parts: Where the outcome is written.
        scratch: An empty file for hashes; no secrets get there.
        defaults: What holds for lines that do not say it themselves.
        details: How many findings are told in full.

    Raises:
        FileRefused: The file cannot be read on.
    """
    reading = _Reading(form, defaults, details, RepeatedKeys(scratch))
    with parts.replace(*WRITTEN) as files:
        reading.run(pieces, files)
    reading.compare(parts)
    return reading.tally


class _Reading:
    """One reading of a file."""

    def __init__(
        self, form: Format, defaults: Defaults, details: int, repeated: RepeatedKeys
    ) -> None:
        self.tally = Tally()
        self._form = form
        self._defaults = defaults
        self._judge = BlockJudge(min(details, WARNINGS), defaults)
        self._repeated = repeated
        #: What stands before the next rejected entry.
        self._separator = b""
        self._rejections = Telling(details, form.called, always=True)
        self._notes = Telling(details, form.called, always=True)
        self._warnings = Telling(min(details, WARNINGS), form.called, always=False)

    def run(self, pieces: Iterable[Piece], files: Open) -> None:
        """Judge all pieces and write what became of them."""
        files(Part.REJECTED_CSV, Order.DEVICE)(csv_row({name: name for name in COLUMNS}))
        unknown = self._defaults.unknown
        self.tally.found.update(finding.code for finding in unknown)
        self._warn([Violation(None, None, finding) for finding in unknown], files)
        for piece in pieces:
            if isinstance(piece, Block):
                self._block(piece, self._judge.judge(piece), files)
            elif isinstance(piece, Accepted):
                self._accepted(piece, files)
            else:
                self._other(piece, files)

    def compare(self, parts: Parts) -> None:
        """Compare lines that may name the same device, and take out those that repeat one."""
        compared = Compared()
        at = partial(keys_at, parts, self.tally)
        for suspects in self._repeated.suspects():
            alike = {order: at(order, self._repeated.places(order, suspects)) for order in Order}
            compare(alike, compared)
            compared.warn(alone(at(Order.MODULE, self._repeated.places_alone(suspects))))
        if compared.found:
            self.tally.found.update(compared.found)
            with parts.replace(Part.WARNINGS) as files:
                for chunk in parts.read(Part.WARNINGS):
                    files(Part.WARNINGS, Order.DEVICE)(chunk)
                self._warn(compared.warnings, files)
        if compared.repeats:
            withdraw(parts, self._form, self.tally, compared.repeats, self._rejections)

    def _block(self, block: Block, judged: JudgedBlock, files: Open) -> None:
        self.tally.add_block(judged)
        for order, lines in judged.accepted.items():
            files(Part.DEVICES, order)(lines.text)
            files(Part.NUMBERS, order)(lines.numbers.tobytes())
        self._repeated.add({order: lines.keys for order, lines in judged.accepted.items()})
        self._repeated.add_owners(judged.owners)
        self._warn(judged.warnings, files)
        for other in judged.others:
            self._other(_as_sent(other, block), files)

    def _accepted(self, accepted: Accepted, files: Open) -> None:
        """Take an entry that the format judged itself."""
        self.tally.add(accepted)
        files(Part.DEVICES, accepted.order)(accepted.text + b"\n")
        files(Part.NUMBERS, accepted.order)(array("I", [accepted.line]).tobytes())
        self._repeated.add({accepted.order: (accepted.key,)})
        line, device_id = accepted.line, accepted.device_id
        self._warn([Violation(line, device_id, one) for one in accepted.warnings], files)

    def _other(self, judged: Judged, files: Open) -> None:
        self.tally.add(judged)
        if isinstance(judged, Skipped):
            for members in self._notes.members([judged.note]):
                files(Part.SKIPPED, Order.DEVICE)(json_line(members))
        elif isinstance(judged, Rejected):
            if judged.text:
                files(Part.ENTRIES, Order.DEVICE)(self._separator + judged.text)
                self._separator = self._form.separator
            for members in self._rejections.members(judged.violations):
                files(Part.REJECTED, Order.DEVICE)(json_line(members))
                files(Part.REJECTED_CSV, Order.DEVICE)(csv_row(members))

    def _warn(self, violations: Sequence[Violation], files: Open) -> None:
        lines = map(json_line, self._warnings.members(violations))
        if text := b"".join(lines):
            files(Part.WARNINGS, Order.DEVICE)(text)


def _as_sent(judged: Rejected | Skipped, block: Block) -> Rejected | Skipped:
    """Give a rejected entry back in the look it was sent in."""
    if block.sources is None or not isinstance(judged, Rejected):
        return judged
    return replace(judged, text=block.sources[judged.line - block.first])
