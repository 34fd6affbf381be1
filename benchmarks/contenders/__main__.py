"""Let one contender validate a file: `python -m benchmarks.contenders NAME SOURCE FOLDER`."""

import importlib
import sys
from pathlib import Path

from benchmarks.figures import tell


def main(name: str, source: str, folder: str) -> None:
    """Run it and tell its figures."""
    contender = importlib.import_module(f"benchmarks.contenders.{name}")
    accepted, rejected, skipped = contender.run(Path(source), Path(folder))
    tell(accepted=accepted, rejected=rejected, skipped=skipped)


if __name__ == "__main__":
    main(*sys.argv[1:])
