"""Replays a seed and tells what happens: `python -m tests.simulation --seed N`."""

from argparse import ArgumentParser

from tests.simulation.simulation import run_seed


parser = ArgumentParser(prog="python -m tests.simulation", description=__doc__)
parser.add_argument("--seed", type=int, required=True)
run_seed(parser.parse_args().seed, lambda line: print(line, flush=True))  # noqa: T201 - what it is for
