"""What the host waits for when it indexes the app: the import of `function_app`."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from benchmarks.rounds import Run, interleave, run_python
from benchmarks.scale import Scale
from benchmarks.tables import Goal, Table


MODULES: Final = ("azure.functions", "function_app")
#: A process is short, and its time is noisy: each round is this many rounds.
MORE_ROUNDS: Final = 3
TIMES_AZURE_FUNCTIONS: Final = 1.5
PROGRAM: Final = """
import sys, time
start = time.perf_counter()
import {module}
seconds = time.perf_counter() - start
late = {late}
from benchmarks.figures import tell
tell(seconds=seconds, early=[name for name in late if name in sys.modules])
"""
#: What must not be imported before it is needed.
LATE: Final = ("azure.servicebus", "azure.identity", "azure.storage", "pydantic")


def tables(scale: Scale) -> Iterator[Table]:
    """Import the app and the library alone in turns."""
    programs = {module: partial(_import, module) for module in MODULES}
    rounds = interleave(programs, scale.rounds * MORE_ROUNDS)
    rows = [
        [module, rounds.seconds(module), rounds.ratio(module, MODULES[0]), rounds.peak_mb(module)]
        for module in MODULES
    ]
    times = rounds.ratio("function_app", "azure.functions")
    early = rounds.runs["function_app"][0].said["early"]
    goals = [
        Goal(
            "import of function_app, times that of azure.functions", times, TIMES_AZURE_FUNCTIONS
        ),
        Goal("modules imported too early", len(early), 0),
    ]
    yield Table(
        "cold start", ("import", "seconds", "times azure.functions", "peak MB"), rows, goals
    )


def _import(module: str) -> Run:
    run = run_python("-c", PROGRAM.format(module=module, late=LATE))
    return replace(run, seconds=run.said["seconds"])
