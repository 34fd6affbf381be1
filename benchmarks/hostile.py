"""Memory of ours on files that were made to fill it, from file to file and from blob to blob."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.blob_runs import BlobRuns, blob_runs
from benchmarks.hostile_files import HOSTILE, hostile_file
from benchmarks.race import Disagreement, validate
from benchmarks.rounds import Run
from benchmarks.scale import Scale
from benchmarks.tables import Cell, Goal, Table


PEAK_MB: Final = 250
FULL: Final = 100
HEAD: Final = (
    *("file", "MB", "outcome", "file to file, s", "blob to blob, s"),
    *("file to file, peak MB", "blob to blob, peak MB"),
)


def tables(scale: Scale) -> Iterator[Table]:
    """Validate each file once both ways: memory is not noisy."""
    rows: list[list[Cell]] = []
    goals = []
    with blob_runs() as runs:
        for name, hostile in HOSTILE.items():
            source = hostile_file(name, 1 if scale.quick else FULL)
            plain, blob = _from_file(source), _from_blob(source, runs)
            outcome = _agreed(source, _outcome(plain.said), _outcome_of(runs.record(source)))
            size = source.stat().st_size / 1e6
            peaks = plain.peak_mb, blob.peak_mb
            rows.append([hostile.about, size, outcome, plain.seconds, blob.seconds, *peaks])
            goals.append(Goal(f"{hostile.about}: peak MB", max(peaks), PEAK_MB))
    yield Table("hostile files", HEAD, rows, goals)


def _from_file(source: Path) -> Run:
    with TemporaryDirectory() as folder:
        return validate("ours_or_refused", source, Path(folder))


def _from_blob(source: Path, runs: BlobRuns) -> Run:
    runs.drop(source)
    return runs.run("ours", source)


def _outcome(said: Mapping[str, Any]) -> str:
    """Return what became of a file: why it was refused, or of its lines."""
    names = ("accepted", "rejected", "skipped")
    if any(said[name] for name in names):
        return ", ".join(f"{said[name]:,} {name}" for name in names if said[name])
    return ", ".join(said["found"])


def _outcome_of(record: Mapping[str, Any]) -> str:
    return _outcome({**record["counts"], "found": [(record["reason"] or {}).get("code")]})


def _agreed(source: Path, plain: str, blob: str) -> str:
    if plain != blob:
        message = f"{source.name} is {plain} as a file, and {blob} as a blob"
        raise Disagreement(message)
    return plain
