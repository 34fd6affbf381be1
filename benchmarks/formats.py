"""The same devices in each format: ours against what only reads the format."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from benchmarks.device_files import device_file
from benchmarks.race import Disagreement, validate
from benchmarks.rounds import Rounds, interleave
from benchmarks.scale import Scale
from benchmarks.tables import Cell, Goal, Table


class Limit(NamedTuple):
    """What ours is compared with."""

    contender: str
    about: str


#: The limit of each format, by how the names of its files end.
LIMITS: Final[Mapping[str, Limit]] = {
    "txt": Limit("orjson", "orjson.loads of every line"),
    "csv": Limit("csv_reader", "the csv module reads all rows"),
    "txt.gz": Limit("zlib_stream", "zlib unpacks all of it"),
    "json": Limit("orjson_array", "orjson.loads of the whole array, in memory"),
}
LINES: Final = 1_000_000
PEAK_MB: Final = 60
OURS: Final = "ours"
HEAD: Final = (
    *("format", "MB", "limit", "limit, seconds", "ours, seconds"),
    *("times limit", "times ours on lines", "limit, peak MB", "ours, peak MB"),
)


def tables(scale: Scale) -> Iterator[Table]:
    """Validate each file in turns with its limit."""
    files = {form: device_file("keys", scale.lines(LINES), form=form) for form in LIMITS}
    with TemporaryDirectory() as folder:
        programs = {
            (form, contender): partial(validate, contender, file, Path(folder) / contender)
            for form, file in files.items()
            for contender in (LIMITS[form].contender, OURS)
        }
        rounds = interleave(programs, scale.rounds)
    _agree(rounds, scale.lines(LINES))
    rows = [_row(form, file, rounds) for form, file in files.items()]
    goals = [Goal(f"{form}: peak MB", rounds.peak_mb((form, OURS)), PEAK_MB) for form in LIMITS]
    title = f"formats: {scale.lines(LINES):,} devices with keys"
    yield Table(title, HEAD, rows, goals)


def _row(form: str, file: Path, rounds: Rounds[tuple[str, str]]) -> list[Cell]:
    limit, ours = (form, LIMITS[form].contender), (form, OURS)
    return [
        form,
        file.stat().st_size / 1e6,
        LIMITS[form].about,
        rounds.seconds(limit),
        rounds.seconds(ours),
        rounds.ratio(ours, limit),
        rounds.ratio(ours, ("txt", OURS)),
        rounds.peak_mb(limit),
        rounds.peak_mb(ours),
    ]


def _agree(rounds: Rounds[tuple[str, str]], lines: int) -> None:
    """See that everybody read the same number of devices, and ours accepted them."""
    for (form, contender), runs in rounds.runs.items():
        if runs[0].said["accepted"] != lines:
            message = f"{contender} found another number of devices in {form}"
            raise Disagreement(message)
