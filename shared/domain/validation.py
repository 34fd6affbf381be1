"""Judges a whole device file and writes down what became of every entry.

One pass is enough for most files. A second one follows only where a line can be judged only by
knowing the others: when a device may stand in the file twice.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import BinaryIO, Final, NamedTuple

from shared.domain.block_judge import Block, BlockJudge, JudgedBlock
from shared.domain.defaults import Defaults
from shared.domain.device_line import (
    NO_DEFAULTS,
    Accepted,
    Judged,
    Order,
    Rejected,
)
from shared.domain.finding import Violation
from shared.domain.formats.format import Format, Piece
from shared.domain.parts import COLUMNS, Part, Write, csv_row, json_line
from shared.domain.repeated_keys import Namesakes, RepeatedKeys
from shared.domain.tally import Tally


#: Gives what takes the bytes of a part. A part in several orders is one file, in these orders.
type Open = Callable[[Part, Order], Write]
type Outputs = Callable[[], AbstractContextManager[Open]]

#: Findings that are told in full, by default; all of them are counted.
DETAILS: Final = 100_000


def validate(
    read: Callable[[], Iterable[Piece]],
    form: Format,
    outputs: Outputs,
    scratch: BinaryIO,
    defaults: Defaults = NO_DEFAULTS,
    details: int = DETAILS,
) -> Tally:
    """Judge a file and write all parts; return the counts.

    Args:
        read: Yields the entries of the file from its beginning, each time it is called.
        form: The file's format, as the sender wrote it.
        outputs: Opens the parts; called for each pass, and replaces what an earlier pass wrote.
        scratch: An empty file for hashes; no secrets get there.
        defaults: What holds for lines that do not say it themselves.
        details: How many findings are told in full.

    Raises:
        FileRefused: The file cannot be read on.
    """
    repeated = RepeatedKeys(scratch)
    ways = _Ways(form, defaults, details)
    with outputs() as parts:
        tally = _First(parts, ways, repeated).run(read())
    suspects = repeated.suspects()
    if not suspects:
        return tally
    with outputs() as parts:
        return _Comparison(parts, ways, Namesakes(suspects)).run(read())


class _Ways(NamedTuple):
    """How a file is judged and told of, the same in each pass."""

    form: Format
    defaults: Defaults
    details: int


class _Pass:
    """One reading of the file."""

    def __init__(self, parts: Open, ways: _Ways) -> None:
        self._parts = parts
        self._ways = ways
        self._details = dict.fromkeys(Part, ways.details)
        self._judge = BlockJudge(ways.details, ways.defaults)
        self._tally = Tally()
        #: What stands before the next rejected entry.
        self._separator = b""

    def run(self, pieces: Iterable[Piece]) -> Tally:
        """Judge all pieces."""
        self._parts(Part.REJECTED_CSV, Order.DEVICE)(csv_row({name: name for name in COLUMNS}))
        unknown = self._ways.defaults.unknown
        self._tally.found.update(finding.code for finding in unknown)
        self._tell(Part.WARNINGS, [Violation(None, None, finding) for finding in unknown])
        for piece in pieces:
            if isinstance(piece, Block):
                self._block(piece, self._judge.judge(piece))
            else:
                self._entry(piece)
        return self._tally

    def _entry(self, judged: Judged) -> None:
        """Take an entry that the format judged itself."""
        self._one(judged)

    def _block(self, block: Block, judged: JudgedBlock) -> None:
        self._tally.add_block(judged)
        self._parts(Part.DEVICES, Order.DEVICE)(b"".join(judged.texts))
        self._parts(Part.NUMBERS, Order.DEVICE)(judged.numbers.tobytes())
        self._tell(Part.WARNINGS, judged.warnings)
        for other in judged.others:
            self._one(_as_sent(other, block))

    def _one(self, judged: Judged) -> None:
        self._tally.add(judged)
        match judged:
            case Accepted():
                self._accepted(judged)
            case Rejected():
                self._rejected(judged)
            case _:
                self._tell(Part.SKIPPED, [judged.note])

    def _accepted(self, accepted: Accepted) -> None:
        self._parts(Part.DEVICES, accepted.order)(accepted.text + b"\n")
        self._parts(Part.NUMBERS, accepted.order)(array("I", [accepted.line]).tobytes())
        line, device_id = accepted.line, accepted.device_id
        self._tell(Part.WARNINGS, [Violation(line, device_id, one) for one in accepted.warnings])

    def _rejected(self, rejected: Rejected) -> None:
        if rejected.text:
            self._parts(Part.ENTRIES, Order.DEVICE)(self._separator + rejected.text)
            self._separator = self._ways.form.separator
        self._tell(Part.REJECTED, list(rejected.violations))

    def _tell(self, part: Part, violations: Sequence[Violation]) -> None:
        """Write findings in full while details last, then only the first code of each line."""
        left = self._details[part]
        full = left > 0 or part is Part.WARNINGS
        told = violations[:left] if full else violations[:1]
        self._details[part] = max(left - len(told), 0)
        for violation in told:
            members = violation.as_json(full=full, called=self._ways.form.called)
            self._parts(part, Order.DEVICE)(json_line(members))
            if part is Part.REJECTED:
                self._parts(Part.REJECTED_CSV, Order.DEVICE)(csv_row(members))


class _First(_Pass):
    """The first reading, which remembers the keys of all lines."""

    def __init__(self, parts: Open, ways: _Ways, repeated: RepeatedKeys) -> None:
        super().__init__(parts, ways)
        self._repeated = repeated

    def _block(self, block: Block, judged: JudgedBlock) -> None:
        self._repeated.add(judged.keys)
        super()._block(block, judged)

    def _accepted(self, accepted: Accepted) -> None:
        self._repeated.add_line(accepted)
        super()._accepted(accepted)


class _Comparison(_Pass):
    """The second reading, which knows of which lines to look at more closely."""

    def __init__(self, parts: Open, ways: _Ways, namesakes: Namesakes) -> None:
        super().__init__(parts, ways)
        self._namesakes = namesakes
        self._judge = BlockJudge(ways.details, ways.defaults, namesakes)

    def _entry(self, judged: Judged) -> None:
        if isinstance(judged, Accepted):
            judged = self._namesakes.compare(judged, self._ways.form.source_of(judged.text))
        super()._entry(judged)


def _as_sent(judged: Judged, block: Block) -> Judged:
    """Give a rejected entry back in the look it was sent in."""
    if block.sources is None or not isinstance(judged, Rejected):
        return judged
    return replace(judged, text=block.sources[judged.line - block.first])
