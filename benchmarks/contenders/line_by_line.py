"""Validates a file line by line: each is judged by itself, a dictionary remembers every device.

This is how most programs would do it. The contenders that work so differ in how they judge a line.
"""

from array import array
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.contenders.part_files import part_files
from shared.domain.device_line import Accepted, Judged, Order, Rejected
from shared.domain.finding import Finding, Violation
from shared.domain.parts import Part, csv_row, json_line
from shared.domain.rules import Code
from shared.domain.validation import DETAILS, Open


type JudgeLine = Callable[[int, bytes], Judged]


def run_line_by_line(judge: JudgeLine, source: Path, folder: Path) -> tuple[int, int, int]:
    """Judge all lines of a file and write the parts."""
    seen = _Seen()
    with source.open("rb", buffering=1 << 20) as lines, part_files(folder) as parts:
        written = _Written(parts)
        for number, line in enumerate(lines, start=1):
            written.add(seen.compare(judge(number, line.rstrip(b"\n"))))
    return written.accepted, written.rejected, written.skipped


class _Seen:
    """The devices of the file so far, with their lines."""

    def __init__(self) -> None:
        self._first: dict[bytes, int] = {}
        self._first_in_any_case: dict[bytes, int] = {}

    def compare(self, judged: Judged) -> Judged:
        """Reject a device that was there before, and warn where only the case differs."""
        if not isinstance(judged, Accepted):
            return judged
        key, field = judged.key, "moduleId" if judged.module_id else "id"
        first = self._first.setdefault(key, judged.line)
        alike = self._first_in_any_case.setdefault(key.lower(), judged.line)
        if first != judged.line:
            finding = Finding(field, Code.DUPLICATE_DEVICE, {"first": first})
            return Rejected(judged.line, judged.device_id, (finding,), judged.text)
        if alike != judged.line:
            finding = Finding(field, Code.IDS_DIFFER_BY_CASE, {"first": alike})
            return judged._replace(warnings=(*judged.warnings, finding))
        return judged


class _Written:
    """Writes and counts what became of each line."""

    def __init__(self, parts: Open) -> None:
        self.accepted = self.rejected = self.skipped = 0
        self._parts = parts
        self._details = DETAILS

    def add(self, judged: Judged) -> None:
        """Write one line down."""
        match judged:
            case Accepted():
                self.accepted += 1
                self._accept(judged)
            case Rejected():
                self.rejected += 1
                self._parts(Part.ENTRIES, Order.DEVICE)(judged.text + b"\n")
                self._tell(Part.REJECTED, judged.violations)
            case _:
                self.skipped += 1
                self._tell(Part.SKIPPED, [judged.note])

    def _accept(self, judged: Accepted) -> None:
        line, device_id = judged.line, judged.device_id
        self._parts(Part.DEVICES, judged.order)(judged.text + b"\n")
        self._parts(Part.NUMBERS, judged.order)(array("I", [line]).tobytes())
        self._tell(Part.WARNINGS, (Violation(line, device_id, one) for one in judged.warnings))

    def _tell(self, part: Part, violations: Iterable[Violation]) -> None:
        for violation in violations:
            if self._details > 0:
                self._details -= 1
                self._parts(part, Order.DEVICE)(json_line(violation.as_json()))
                if part is Part.REJECTED:
                    self._parts(Part.REJECTED_CSV, Order.DEVICE)(csv_row(violation.as_json()))
