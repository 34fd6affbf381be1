"""Run Azurite as a process of its own: `python -m emulators.azurite [--location DIR]`."""

import argparse
import json
import signal
import sys
from pathlib import Path

from emulators.azurite.server import AzuriteFailed, serve


def main() -> None:
    """Print the ready line, then stay until a signal comes or Azurite ends by itself."""
    parser = argparse.ArgumentParser(prog="python -m emulators.azurite", description=__doc__)
    parser.add_argument(
        "--location", type=Path, help="folder that keeps the data (default: in memory)"
    )
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        with serve(options.location) as azurite:
            ready = {"connection_string": azurite.connection_string}
            sys.stdout.write(f"READY {json.dumps(ready)}\n")
            sys.stdout.flush()
            azurite.process.wait()
    except AzuriteFailed as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
