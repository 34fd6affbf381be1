"""Tries one generated file again: `python -m tests.attacks SEED CASE`."""

import sys

from tests.attacks.generated_files import generate
from tests.attacks.trying import Trial


seed, case = map(int, sys.argv[1:3])
sys.stdout.write(f"{generate(seed, case)}\n")
sys.stdout.write(f"{Trial().try_case(seed, case)}\n")
