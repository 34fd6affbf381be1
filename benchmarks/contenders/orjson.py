"""The limit of lines: `orjson.loads` of each and nothing else, no rule, no output."""

from pathlib import Path

import orjson

from benchmarks.contenders.parsed import Parsed


def run(source: Path, _: Path) -> Parsed:
    """Parse all lines."""
    parsed = Parsed()
    with source.open("rb", buffering=1 << 20) as lines:
        for line in lines:
            try:
                orjson.loads(line)
                parsed.accepted += 1
            except orjson.JSONDecodeError:
                parsed.rejected += 1
    return parsed
