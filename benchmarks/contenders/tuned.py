"""Tuned pydantic: the schema of record and our rules for every line, without learned patterns."""

from pathlib import Path

from benchmarks.contenders.line_by_line import lines_of, run_line_by_line
from shared.domain.device_line import judge_line
from shared.domain.tally import Tally


def run(source: Path, folder: Path) -> Tally:
    """Validate the file."""
    return run_line_by_line(judge_line, lines_of(source), folder)
