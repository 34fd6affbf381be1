"""The limit of arrays: `orjson.loads` of the whole file, all of it in memory."""

from pathlib import Path

import orjson

from benchmarks.contenders.parsed import Parsed


def run(source: Path, _: Path) -> Parsed:
    """Parse the array."""
    return Parsed(len(orjson.loads(source.read_bytes())))
