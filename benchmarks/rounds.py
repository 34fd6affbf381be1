"""Runs programs in processes of their own, in turns, and compares them round by round.

The speed of a machine changes by the minute, so figures of different rounds say little about each
other. Each round runs every program once; a ratio is the median of the ratios within the rounds.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one program."""

    #: From the start of the interpreter to its end.
    seconds: float
    cpu: float
    peak_mb: float
    #: Everything that the program told, see `figures.tell`.
    said: Mapping[str, Any]


def run_python(*arguments: str, **environment: str) -> Run:
    """Run Python with these arguments in a fresh interpreter and wait for its end.

    Raises:
        subprocess.CalledProcessError: The program failed; its words are on stderr.
    """
    start = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - this interpreter, a program of ours
        [sys.executable, *arguments],
        env=os.environ | environment,
        check=True,
        stdout=subprocess.PIPE,
    )
    seconds = time.perf_counter() - start
    said = json.loads(done.stdout)
    return Run(seconds, said["cpu"], said["peak_mb"], said)


@dataclass(frozen=True, slots=True)
class Rounds[Program]:
    """All runs, by program; the runs of one round stand at the same place."""

    runs: Mapping[Program, Sequence[Run]]

    def seconds(self, program: Program) -> float:
        """Return the median of wall time."""
        return median(run.seconds for run in self.runs[program])

    def cpu(self, program: Program) -> float:
        """Return the median of CPU seconds."""
        return median(run.cpu for run in self.runs[program])

    def peak_mb(self, program: Program) -> float:
        """Return the highest peak of all rounds."""
        return max(run.peak_mb for run in self.runs[program])

    def most(self, program: Program, figure: str) -> float:
        """Return the highest of a figure that a program told in all rounds."""
        return max(float(run.said[figure]) for run in self.runs[program])

    def ratio(self, program: Program, to: Program) -> float:
        """Return how many times as long as another one a program takes."""
        pairs = zip(self.runs[program], self.runs[to], strict=True)
        return median(one.seconds / other.seconds for one, other in pairs)


def interleave[Program](
    programs: Mapping[Program, Callable[[], Run]], rounds: int
) -> Rounds[Program]:
    """Run every program once in each round."""
    runs: dict[Program, list[Run]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            runs[name].append(program())
    return Rounds(runs)
