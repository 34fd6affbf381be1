"""The benchmarks run, so they cannot rot, and all contenders agree on every file."""

import subprocess
import sys
from pathlib import Path


ROOT = Path(__file__).parents[2]


def test_every_benchmark_runs_in_small():
    """Exit code 0: everything ran, and nobody made anything else of a file than the others."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "times as fast as naive" in done.stdout
