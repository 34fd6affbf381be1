"""Run the benchmarks: `python -m benchmarks [--quick] [--rounds N] [--markdown FILE] [topic…]`.

Exit code 1 means that a goal was missed, or that two ways to do the same did not agree.
"""

import argparse
import importlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from benchmarks.scale import Scale
from benchmarks.tables import Table


#: What can be measured, by the module that does it.
TOPICS: Final[Mapping[str, str]] = {
    "file_to_file": "whole validation of three kinds of files against other ways to do it",
    "worst_cases": "files for which learned patterns are of no use",
    "blob_to_blob": "the function of the app on Azurite, against a plain copy and the plain way",
    "formats": "the same devices as lines, as CSV, as an array and packed",
    "hostile": "files that somebody might send to fill up the memory",
    "cold_start": "the import of function_app",
}


def main() -> int:
    """Print the tables of the wanted topics as they come, then all goals."""
    options = _options()
    scale = Scale(options.quick, 1 if options.quick else options.rounds, options.ten_million)
    tables = []
    for table in _tables(options.topics or TOPICS, scale):
        tables.append(table)
        print(table.as_text(), end="\n\n", flush=True)
    goals = [] if scale.quick else [goal for table in tables for goal in table.goals]
    print(*goals, sep="\n")
    if options.markdown:
        sections = [table.as_markdown() for table in tables]
        options.markdown.write_text("\n".join([*sections, *(f"- {goal}" for goal in goals), ""]))
    return int(not all(goal.is_met for goal in goals))


def _tables(topics: Iterator[str] | Mapping[str, str], scale: Scale) -> Iterator[Table]:
    for topic in topics:
        yield from importlib.import_module(f"benchmarks.{topic}").tables(scale)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measure, compare within each round, and check the goals.",
        epilog="\n".join(f"  {name:14}{about}" for name, about in TOPICS.items()),
    )
    parser.add_argument("topics", nargs="*", choices=[*TOPICS, []], metavar="topic")
    parser.add_argument("--quick", action="store_true", help="small files, one round, no goals")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each comparison (5)")
    parser.add_argument("--ten-million", action="store_true", help="memory at 10,000,000 lines")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables as well")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
