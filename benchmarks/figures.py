"""What a measured process says of itself at its end."""

import json
import sys
import time
from pathlib import Path
from typing import Any, Final


_STATUS: Final = Path("/proc/self/status")


def tell(**said: Any) -> None:
    """Print one line of JSON: what the process did, its CPU seconds and its peak memory in MB."""
    figures = said | {"cpu": time.process_time(), "peak_mb": peak_mb()}
    sys.stdout.write(f"{json.dumps(figures)}\n")


def peak_mb() -> float:
    """Return the most memory that this process ever had, in MB.

    Linux's own high-water mark: `getrusage` counts what the parent had before `exec` as well.
    """
    (mark,) = (line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(mark.split()[1]) / 1024
