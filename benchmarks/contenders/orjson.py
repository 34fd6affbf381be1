"""The floor: `orjson.loads` of every line and nothing else, no rule, no output."""

from pathlib import Path

import orjson


def run(source: Path, _: Path) -> tuple[int, int, int]:
    """Parse all lines."""
    accepted = rejected = 0
    with source.open("rb", buffering=1 << 20) as lines:
        for line in lines:
            try:
                orjson.loads(line)
                accepted += 1
            except orjson.JSONDecodeError:
                rejected += 1
    return accepted, rejected, 0
