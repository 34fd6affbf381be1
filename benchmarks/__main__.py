"""Run the benchmarks: `python -m benchmarks [--quick] [--rounds N] [--markdown FILE] [topic…]`.

Exit code 1 means that a goal was missed, or that two ways to do the same did not agree.
"""

import argparse
import importlib
import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.scale import Scale
from benchmarks.tables import Table


class Topic(NamedTuple):
    """What can be measured, by the module of this name."""

    about: str
    #: What it takes with five rounds on two cores, in minutes.
    minutes: float


TOPICS: Final[Mapping[str, Topic]] = {
    "file_to_file": Topic("whole validation of three kinds of files, against other ways", 25),
    "worst_cases": Topic("files for which learned patterns are of no use", 5),
    "blob_to_blob": Topic("the function of the app on Azurite, against a plain copy", 7),
    "formats": Topic("the same devices as lines, as CSV, as an array and packed", 3),
    "hostile": Topic("files that were made to fill the memory", 15),
    "cold_start": Topic("the import of function_app", 0.2),
}
#: The rounds that `Topic.minutes` is about.
ROUNDS: Final = 5


def main() -> int:
    """Print the tables of the wanted topics as they come, then all goals."""
    options = _options()
    scale = Scale(options.quick, 1 if options.quick else options.rounds, options.ten_million)
    topics = options.topics or [*TOPICS]
    print(_how(scale), end="\n\n", flush=True)
    if not scale.quick:
        print(_how_long(topics, scale), end="\n\n", flush=True)
    tables = []
    for table in _tables(topics, scale):
        tables.append(table)
        print(table.as_text(), end="\n\n", flush=True)
    goals = [] if scale.quick else [goal for table in tables for goal in table.goals]
    print(*goals, sep="\n")
    if options.markdown:
        sections = [table.as_markdown() for table in tables]
        told = [f"{_how(scale)}\n", *sections, *(f"- {goal}" for goal in goals), ""]
        options.markdown.write_text("\n".join(told))
    return int(not all(goal.is_met for goal in goals))


def _how(scale: Scale) -> str:
    rounds = f"medians of {scale.rounds} rounds" if scale.rounds > 1 else "one round"
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, {rounds}."


def _how_long(topics: Sequence[str], scale: Scale) -> str:
    minutes = sum(TOPICS[topic].minutes for topic in topics) * scale.rounds / ROUNDS
    more = ", and much more for ten million lines" if scale.ten_million else ""
    return f"This takes about {ceil(minutes)} min on two quiet cores{more}."


def _tables(topics: Sequence[str], scale: Scale) -> Iterator[Table]:
    for topic in topics:
        yield from importlib.import_module(f"benchmarks.{topic}").tables(scale)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measure, compare within each round, and check the goals.",
        epilog="\n".join(f"  {name:14}{topic.about}" for name, topic in TOPICS.items()),
    )
    parser.add_argument("topics", nargs="*", choices=[*TOPICS, []], metavar="topic")
    parser.add_argument("--quick", action="store_true", help="small files, one round, no goals")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of each comparison (5)")
    parser.add_argument("--ten-million", action="store_true", help="memory at that many lines")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables as well")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
