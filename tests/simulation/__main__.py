"""Shows a run again, call by call.

python -m tests.simulation --seed N
python -m tests.simulation --scenario good --crash 12:before --crash 30:after
"""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter

from tests.simulation.crashes import Mode, run
from tests.simulation.scenarios import BASE, SCENARIOS
from tests.simulation.simulation import run_seed


def show(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


def crash(text: str) -> tuple[int, Mode]:
    """Read the number of a call and what happens there."""
    number, _, mode = text.partition(":")
    return int(number), Mode(mode)


parser = ArgumentParser(
    "python -m tests.simulation", description=__doc__, formatter_class=RawDescriptionHelpFormatter
)
what = parser.add_mutually_exclusive_group(required=True)
what.add_argument("--seed", type=int)
what.add_argument("--scenario", choices=SCENARIOS, help=f"such as {BASE}")
parser.add_argument("--crash", type=crash, action="append", default=[], metavar="CALL:MODE")
asked = parser.parse_args()
if asked.scenario is None:
    run_seed(asked.seed, show)
else:
    run(asked.scenario, dict(asked.crash), show)
show("all invariants hold")
