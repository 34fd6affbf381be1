"""Makes large device files: the same ones for the same seed."""

import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from benchmarks.device_formats import FORMATS
from benchmarks.device_lines import Mixed, with_keys, with_twin
from benchmarks.kept_files import kept_file
from benchmarks.unlike_lines import in_any_order, of_any_shape, with_a_name_of_its_own, wrong


type MakeLine = Callable[[int, random.Random], bytes]

#: Makes a fresh maker of lines, by the kind of file.
KINDS: Final[Mapping[str, Callable[[], MakeLine]]] = {
    "keys": lambda: with_keys,
    "twins": lambda: with_twin,
    "mixed": Mixed,
    "any-order": lambda: in_any_order,
    "wrong": lambda: wrong,
    "own-names": lambda: with_a_name_of_its_own,
    "any-shape": lambda: of_any_shape,
}
#: The modules that a file depends on.
_MAKERS: Final = ("device_files", "device_formats", "device_lines", "mistakes", "unlike_lines")


def lines(kind: str, count: int, seed: int = 1) -> Iterator[bytes]:
    """Yield the lines of a file, without line ends."""
    chance = random.Random(f"{kind}-{seed}")  # noqa: S311 - made-up keys of made-up devices
    line = KINDS[kind]()
    return (line(number, chance) for number in range(count))


def device_file(kind: str, count: int, seed: int = 1, form: str = "txt") -> Path:
    """Return a file of so many devices, in one of the `FORMATS`."""
    name = f"{kind}-{count}-{seed}.{form}"
    return kept_file(name, _MAKERS, lambda: FORMATS[form](lines(kind, count, seed)))
