"""Validates every hostile file, and endless ones of 300 MB, in a process of its own.

`python -m tests.attacks.memory` prints the most memory that it ever had, in MB.
"""

import json
import sys
from collections.abc import Iterator
from typing import Final

from benchmarks.figures import peak_mb
from benchmarks.hostile_files import HOSTILE
from shared.domain.import_record import Source
from tests.fakes.world import World
from tests.unit.domain.formats.test_hostile_files import FILES


#: Files of which hundreds of megabytes are one entry, by name.
ENDLESS: Final = ("line.txt", "item.json", "quote.csv", "bomb.txt.gz")
#: Hundredths of their full size.
_FULL: Final = 100


def told(world: World, name: str) -> str:
    """Tell an app of a file; return how it ended."""
    world.validate(name)
    (record,) = world.records.stored.values()
    return record.reason.code if record.reason else record.state


def of_each_file() -> dict[str, str]:
    """Validate the small files; return how each ended."""
    ends = {}
    for name, file in FILES.items():
        world = World()
        world.hub.takes = file.kind
        world.files.drop(f"factory-a/{file.name}", file.content)
        ends[name] = told(world, f"factory-a/{file.name}")
    return ends


def of_endless_files() -> dict[str, str]:
    """Validate the endless files, which are made while they are read."""
    ends = {}
    for name in ENDLESS:
        world = World()
        world.files.drop(f"factory-a/{name}", b"")
        _make_endless(world, name)
        ends[name] = told(world, f"factory-a/{name}")
    return ends


def _make_endless(world: World, name: str) -> None:
    def read(source: Source) -> Iterator[bytes]:
        assert source.name.endswith(name)
        return HOSTILE[name].content(_FULL)

    world.files.read = read


if __name__ == "__main__":
    ends = of_each_file() | of_endless_files()
    sys.stdout.write(json.dumps({"ends": ends, "peak_mb": peak_mb()}))
