"""Makes large device files: the same ones for the same seed."""

import hashlib
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from benchmarks.device_lines import Mixed, with_keys, with_twin
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
#: The modules that a line depends on: a file made by other code is another file.
_MAKERS: Final = ("device_files.py", "device_lines.py", "mistakes.py", "unlike_lines.py")


def lines(kind: str, count: int, seed: int = 1) -> Iterator[bytes]:
    """Yield the lines of a file, without line ends."""
    chance = random.Random(f"{kind}-{seed}")  # noqa: S311 - made-up keys of made-up devices
    line = KINDS[kind]()
    return (line(number, chance) for number in range(count))


def device_file(kind: str, count: int, seed: int = 1) -> Path:
    """Return a file of so many lines; made once, and kept in the folder for temporary files."""
    folder = Path(tempfile.gettempdir()) / "device-file-benchmarks"
    folder.mkdir(exist_ok=True)
    path = folder / f"{kind}-{count}-{seed}-{_version()}.txt"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb", buffering=1 << 20) as file:
            file.writelines(line + b"\n" for line in lines(kind, count, seed))
        unfinished.rename(path)
    return path


def _version() -> str:
    makers = (Path(__file__).with_name(name).read_bytes() for name in _MAKERS)
    return hashlib.sha256(b"".join(makers)).hexdigest()[:8]
