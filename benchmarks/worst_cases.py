"""Files for which learned patterns are of no use: ours against the same rules without patterns."""

from collections.abc import Iterator, Mapping
from typing import Final

from benchmarks.device_files import device_file
from benchmarks.race import race
from benchmarks.scale import Scale
from benchmarks.tables import Cell, Goal, Table


#: What is hostile about each kind of file.
KINDS: Final[Mapping[str, str]] = {
    "any-order": "every line another order of members",
    "wrong": "every line with a mistake",
    "own-names": "in every twin a name of its own",
    "any-shape": "every line of another shape",
}
LINES: Final = 90_000
HEAD: Final = ("file", "tuned, seconds", "ours, seconds", "times tuned", "peak MB")
TIMES_TUNED: Final = 2
PEAK_MB: Final = 250


def tables(scale: Scale) -> Iterator[Table]:
    """Race ours against tuned pydantic on each file."""
    rows: list[list[Cell]] = []
    goals = []
    for name, about in KINDS.items():
        rounds = race(device_file(name, scale.lines(LINES)), ("tuned", "ours"), scale.rounds)
        times, peak = rounds.ratio("ours", "tuned"), rounds.peak_mb("ours")
        rows.append([about, rounds.seconds("tuned"), rounds.seconds("ours"), times, peak])
        goals.append(Goal(f"{about}: times tuned", times, TIMES_TUNED))
        goals.append(Goal(f"{about}: peak MB", peak, PEAK_MB))
    yield Table(f"worst cases of {scale.lines(LINES):,} lines", HEAD, rows, goals)
