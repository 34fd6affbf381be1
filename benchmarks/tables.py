"""Figures as people read them: a table for each topic, and the goals that they must meet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that must not be more (or less) than a limit."""

    about: str
    figure: float
    limit: float
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the figure is within its limit."""
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit

    def __str__(self) -> str:
        """Return one line for people."""
        verdict = "pass" if self.is_met else "FAIL"
        sign = "≥" if self.at_least else "≤"
        return f"{verdict}  {self.about}: {_shown(self.figure)} (goal {sign} {_shown(self.limit)})"


type Cell = str | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of one topic."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    goals: Sequence[Goal] = field(default=())

    def as_text(self) -> str:
        """Return the table in columns."""
        cells = [self.head, *([_shown(cell) for cell in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        return "\n".join([self.title, *(_aligned(row, widths) for row in cells)])

    def as_markdown(self) -> str:
        """Return a section of Markdown."""
        rows = [self.head, ["---"] * len(self.head), *self.rows]
        lines = (f"| {' | '.join(map(_shown, row))} |" for row in rows)
        return "\n".join([f"### {self.title}", "", *lines, ""])


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  " + "  ".join(_cells(row, widths)).rstrip()


def _cells(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Put words to the left of their column, and figures to the right."""
    for cell, width in zip(row, widths, strict=True):
        yield cell.rjust(width) if cell[:1].isdigit() else cell.ljust(width)


def _shown(cell: Cell) -> str:
    if cell is None or isinstance(cell, str):
        return cell or ""
    return f"{cell:,.0f}" if cell >= 100 or cell == int(cell) else f"{cell:.2f}"  # noqa: PLR2004 - three digits are enough
