"""Whole validation from file to file: every contender on each kind of file, whole processes."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from benchmarks.contenders import CONTENDERS
from benchmarks.device_files import device_file
from benchmarks.race import race
from benchmarks.rounds import Rounds
from benchmarks.scale import Scale
from benchmarks.tables import Cell, Goal, Table


class Kind(NamedTuple):
    """One kind of file, and what is asked of ours on it."""

    about: str
    lines: int
    #: At least so many times as fast as naive.
    faster_than_naive: float
    #: At most so many times as long as `orjson.loads` of every line.
    times_orjson: float


KINDS: Final[Mapping[str, Kind]] = {
    "keys": Kind("devices with keys, as the .NET sample writes them", 1_000_000, 8, 1.5),
    "twins": Kind("devices with twins, as a hub exports them", 300_000, 8, 1.5),
    "mixed": Kind("all kinds, 1 % bad lines, 0.1 % repeated devices", 300_000, 5, 2),
}
HEAD: Final = (
    *("contender", "seconds", "CPU s", "times as fast as naive", "times orjson", "peak MB"),
    "what it cannot say",
)
PEAK_MB: Final = 60
TEN_MILLION: Final = 10_000_000
GROWTH: Final = 1.1


def tables(scale: Scale) -> Iterator[Table]:
    """Race all contenders on every kind of file; then look at memory if a huge one is wanted."""
    for name, kind in KINDS.items():
        source = device_file(name, scale.lines(kind.lines))
        rounds = race(source, tuple(CONTENDERS), scale.rounds)
        size = f"{scale.lines(kind.lines):,} lines, {source.stat().st_size / 1e6:.0f} MB"
        rows, goals = list(_rows(rounds)), list(_goals(name, kind, rounds))
        yield Table(f"{kind.about}: {size}", HEAD, rows, goals)
    if scale.ten_million:
        yield _memory()


def _rows(rounds: Rounds[str]) -> Iterator[list[Cell]]:
    for name, cannot_say in CONTENDERS.items():
        yield [
            name,
            rounds.seconds(name),
            rounds.cpu(name),
            rounds.ratio("naive", name),
            rounds.ratio(name, "orjson"),
            rounds.peak_mb(name),
            cannot_say,
        ]


def _goals(name: str, kind: Kind, rounds: Rounds[str]) -> Iterator[Goal]:
    faster = rounds.ratio("naive", "ours")
    yield Goal(f"{name}: times as fast as naive", faster, kind.faster_than_naive, at_least=True)
    yield Goal(f"{name}: times orjson", rounds.ratio("ours", "orjson"), kind.times_orjson)
    yield Goal(f"{name}: peak MB", rounds.peak_mb("ours"), PEAK_MB)


def _memory() -> Table:
    """Compare the peaks of ours at a million lines and at ten."""
    sizes = (KINDS["keys"].lines, TEN_MILLION)
    peaks = [race(device_file("keys", lines), ("ours",), 1).peak_mb("ours") for lines in sizes]
    rows: list[list[Cell]] = [
        [f"{lines:,}", peak] for lines, peak in zip(sizes, peaks, strict=True)
    ]
    growth = Goal("peak at ten million lines, times that at one", peaks[1] / peaks[0], GROWTH)
    return Table("memory of ours", ("lines", "peak MB"), rows, [growth])
