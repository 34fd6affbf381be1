"""The function of the app from blob to blob, on Azurite: reading, judging and writing overlap."""

from collections.abc import Iterator
from functools import partial
from math import ceil
from pathlib import Path
from typing import Final

from benchmarks.blob_contenders import BLOB_CONTENDERS
from benchmarks.blob_runs import blob_runs
from benchmarks.device_files import device_file
from benchmarks.race import Disagreement
from benchmarks.rounds import Rounds, Run, interleave
from benchmarks.scale import Scale
from benchmarks.tables import Cell, Goal, Table
from shared.adapters.storage import BLOCK_BYTES


LINES: Final = 1_000_000
TEN_MILLION: Final = 10_000_000
FASTER_THAN_NAIVE: Final = 4
TIMES_COPY: Final = 1.5
PEAK_MB: Final = 160
#: Calls beside one to read and one to write each block: containers, small parts, the record.
MORE_CALLS: Final = 20
HEAD: Final = (
    *("contender", "seconds", "CPU s", "times as fast as naive", "times copy"),
    *("storage calls", "peak MB", "what it is"),
)


def tables(scale: Scale) -> Iterator[Table]:
    """Race the contenders on a million lines; then look at ours alone if ten are wanted."""
    source = device_file("keys", scale.lines(LINES))
    digests: dict[str, str] = {}
    programs = {name: partial(_run, name, source, digests) for name in BLOB_CONTENDERS}
    rounds = interleave(programs, scale.rounds)
    if digests["ours"] != digests["naive"]:
        message = "the devices of ours are others than those of naive"
        raise Disagreement(message)
    title = f"blob to blob: {scale.lines(LINES):,} lines, {_megabytes(source)}"
    yield Table(title, HEAD, list(_rows(rounds)), list(_goals(rounds, source)))
    if scale.ten_million:
        yield _ten_million()


def _run(contender: str, source: Path, digests: dict[str, str]) -> Run:
    """Let a contender work on a fresh storage, so that nobody finds more in it than others."""
    with blob_runs() as runs:
        runs.drop(source)
        run = runs.run(contender, source)
        if contender not in digests:
            digests[contender] = runs.devices()
    return run


def _rows(rounds: Rounds[str]) -> Iterator[list[Cell]]:
    for name, about in BLOB_CONTENDERS.items():
        yield [
            name,
            rounds.seconds(name),
            rounds.cpu(name),
            rounds.ratio("naive", name),
            rounds.ratio(name, "copy"),
            rounds.most(name, "calls"),
            rounds.peak_mb(name),
            about,
        ]


def _goals(rounds: Rounds[str], source: Path) -> Iterator[Goal]:
    about = "blob to blob"
    faster = rounds.ratio("naive", "ours")
    yield Goal(f"{about}: times as fast as naive", faster, FASTER_THAN_NAIVE, at_least=True)
    yield Goal(f"{about}: times a plain copy", rounds.ratio("ours", "copy"), TIMES_COPY)
    yield Goal(f"{about}: storage calls", rounds.most("ours", "calls"), _calls(source))
    yield Goal(f"{about}: peak MB", rounds.peak_mb("ours"), PEAK_MB)


def _ten_million() -> Table:
    source = device_file("keys", TEN_MILLION)
    run = _run("ours", source, {})
    calls = run.said["calls"]
    goals = [
        Goal("blob to blob, ten million lines: peak MB", run.peak_mb, PEAK_MB),
        Goal("blob to blob, ten million lines: storage calls", calls, _calls(source)),
    ]
    title = f"blob to blob: {TEN_MILLION:,} lines, {_megabytes(source)}, ours alone"
    row: list[Cell] = [run.seconds, run.cpu, calls, run.peak_mb]
    return Table(title, ("seconds", "CPU s", "storage calls", "peak MB"), [row], goals)


def _calls(source: Path) -> int:
    return 2 * ceil(source.stat().st_size / BLOCK_BYTES) + MORE_CALLS


def _megabytes(source: Path) -> str:
    return f"{source.stat().st_size / 1e6:,.0f} MB"
