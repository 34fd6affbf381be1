"""Let one contender validate a file: `python -m benchmarks.contenders NAME SOURCE FOLDER`."""

import importlib
import sys
from pathlib import Path

from benchmarks.figures import tell


def main(name: str, source: str, folder: str) -> None:
    """Run it and tell its figures."""
    contender = importlib.import_module(f"benchmarks.contenders.{name}")
    tally = contender.run(Path(source), Path(folder))
    lines = {name: getattr(tally, name) for name in ("accepted", "rejected", "skipped")}
    tell(**lines, found=tally.found)


if __name__ == "__main__":
    main(*sys.argv[1:])
