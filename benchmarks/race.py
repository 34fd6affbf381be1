"""Lets contenders validate the same file in turns, and checks that they make the same of it."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.rounds import Rounds, Run, interleave, run_python
from shared.domain.parts import Part


class Disagreement(Exception):
    """Two contenders made something else of the same file."""


#: Do not judge, so there is nothing to compare.
LIMITS: Final = frozenset({"orjson", "orjson_array", "csv_reader", "zlib_stream"})


def race(source: Path, contenders: Sequence[str], rounds: int) -> Rounds[str]:
    """Run contenders on a file, each in a process and a folder of its own.

    Raises:
        Disagreement: Not all of them found the same.
    """
    with TemporaryDirectory() as work:
        folders = {name: Path(work) / name for name in contenders}
        programs = {name: partial(validate, name, source, folders[name]) for name in contenders}
        figures = interleave(programs, rounds)
        judges = [name for name in contenders if name not in LIMITS]
        _agree({name: folders[name] for name in judges})
        _agree_on_counts({name: figures.runs[name][0].said for name in judges})
    return figures


def validate(contender: str, source: Path, folder: Path) -> Run:
    """Let one contender validate a file."""
    folder.mkdir(exist_ok=True)
    return run_python("-m", "benchmarks.contenders", contender, str(source), str(folder))


def _agree(folders: Mapping[str, Path]) -> None:
    for part, look in LOOKS.items():
        seen = {name: look(folder / part) for name, folder in folders.items()}
        different = [name for name, what in seen.items() if what != seen["ours"]]
        if different:
            message = f"{part} of ours is another than that of {', '.join(different)}"
            raise Disagreement(message)


def _agree_on_counts(said: Mapping[str, Mapping[str, Any]]) -> None:
    for count in ("accepted", "rejected", "skipped", "found"):
        different = [name for name, counts in said.items() if counts[count] != said["ours"][count]]
        if different:
            message = f"{count} of ours is another number than that of {', '.join(different)}"
            raise Disagreement(message)


def _digest(path: Path) -> str:
    if not path.exists():
        return hashlib.sha256().hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _codes(path: Path) -> Sequence[tuple[int, str]]:
    """Return the lines of findings with their codes: the words and their order may differ."""
    if not path.exists():
        return []
    findings = map(json.loads, path.read_bytes().splitlines())
    return sorted((finding["line"], finding["code"]) for finding in findings)


#: What is compared of each part.
LOOKS: Final[Mapping[str, Callable[[Path], Any]]] = {
    Part.DEVICES: _digest,
    Part.NUMBERS: _digest,
    Part.REJECTED: _codes,
    Part.SKIPPED: _codes,
}
