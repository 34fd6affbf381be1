"""Validates a file line by line: each is judged by itself, a dictionary remembers every device.

This is how most programs would do it. The contenders that work so differ in how they judge a line.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cli.part_files import PartFiles
from shared.domain.device_line import Accepted, Judged, Order, Rejected
from shared.domain.finding import Finding, Violation
from shared.domain.parts import Open, Part, csv_row, json_line
from shared.domain.rules import Code
from shared.domain.tally import Tally
from shared.domain.telling import DETAILS, WARNINGS, Telling


type JudgeLine = Callable[[int, bytes], Judged]


def lines_of(source: Path) -> Iterator[bytes]:
    """Yield the lines of a file without their line feeds."""
    with source.open("rb", buffering=1 << 20) as lines:
        yield from (line.rstrip(b"\n") for line in lines)


def run_line_by_line(judge: JudgeLine, lines: Iterable[bytes], folder: Path) -> Tally:
    """Judge all lines and write the parts."""
    seen = _Seen()
    with PartFiles(folder).replace(*Part) as files:
        written = _Written(files)
        for number, line in enumerate(lines, start=1):
            one = judge(number, line)
            if isinstance(one, Accepted):
                written.warn(one)
                one = seen.compare(one, written)
            written.add(one)
    return written.tally


class _Written:
    """Writes and counts what became of each line."""

    def __init__(self, files: Open) -> None:
        self.tally = Tally()
        self._files = files
        self._rejections = Telling(DETAILS, str, always=True)
        self._warnings = Telling(WARNINGS, str, always=False)

    def add(self, judged: Judged) -> None:
        """Write one line down."""
        self.tally.add(judged)
        match judged:
            case Accepted():
                self._files(Part.DEVICES, judged.order)(judged.text + b"\n")
                self._files(Part.NUMBERS, judged.order)(array("I", [judged.line]).tobytes())
            case Rejected():
                self._files(Part.ENTRIES, Order.DEVICE)(judged.text + b"\n")
                for members in self._rejections.members(judged.violations):
                    self._files(Part.REJECTED, Order.DEVICE)(json_line(members))
                    self._files(Part.REJECTED_CSV, Order.DEVICE)(csv_row(members))
            case _:
                self._files(Part.SKIPPED, Order.DEVICE)(json_line(judged.note.as_json()))

    def warn(self, line: Accepted) -> None:
        """Write down what is warned of."""
        violations = (Violation(line.line, line.device_id, one) for one in line.warnings)
        for members in self._warnings.members(violations):
            self._files(Part.WARNINGS, Order.DEVICE)(json_line(members))


class _Seen:
    """The devices of the file so far, with their lines."""

    def __init__(self) -> None:
        self._first: dict[bytes, int] = {}
        self._first_in_any_case: dict[bytes, int] = {}

    def compare(self, line: Accepted, written: _Written) -> Judged:
        """Reject a device that was there before, and warn where only the case differs."""
        key, field = line.key, "moduleId" if line.module_id else "id"
        first = self._first.setdefault(key, line.line)
        alike = self._first_in_any_case.setdefault(key.lower(), line.line)
        if first != line.line:
            written.tally.found.update(finding.code for finding in line.warnings)
            finding = Finding(field, Code.DUPLICATE_DEVICE, {"first": first})
            return Rejected(line.line, line.device_id, (finding,), line.text)
        if alike != line.line:
            finding = Finding(field, Code.IDS_DIFFER_BY_CASE, {"first": alike})
            return line._replace(warnings=(*line.warnings, finding))
        return line
