"""Let one go from blob to blob: `python -m benchmarks.blob_contenders NAME CONTAINER BLOB`.

All clients that it makes with the app's own options have their calls counted.
"""

import importlib
import sys

from benchmarks.blob_contenders.calls import calls, count_call
from benchmarks.figures import tell
from shared.adapters.storage import CLIENT_OPTIONS


def main(name: str, container: str, blob: str) -> None:
    """Run it and tell its figures."""
    CLIENT_OPTIONS["raw_request_hook"] = count_call
    importlib.import_module(f"benchmarks.blob_contenders.{name}").run(container, blob)
    tell(calls=calls.total(), by_method=calls)


if __name__ == "__main__":
    main(*sys.argv[1:])
