"""Tries one case again: `python -m tests.soundness SEED CASE`."""

import sys

from tests.soundness.cases import try_case


count = try_case(*map(int, sys.argv[1:3]))
sys.stdout.write(f"no difference; {count.by_patterns} of {count.lines} lines fit patterns\n")
