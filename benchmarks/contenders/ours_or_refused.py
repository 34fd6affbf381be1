"""What the app does with a file that may be nothing that can be read."""

from pathlib import Path

from benchmarks.contenders import ours
from benchmarks.contenders.parsed import Parsed
from shared.domain.formats.format import FileRefused
from shared.domain.tally import Tally


def run(source: Path, folder: Path) -> Tally | Parsed:
    """Validate the file, or tell why not."""
    try:
        return ours.run(source, folder)
    except FileRefused as refused:
        return Parsed(found={refused.code: 1})
