"""Chooses the way that a task takes into its target."""

from shared.domain.task import Task
from shared.ports import Target


def way_of(target: Target, task: Task, lines: int) -> str | None:
    """Return the name of the way, or None if the target cannot be asked for such a thing.

    Args:
        target: Where to.
        task: What for.
        lines: How many lines would go there.
    """
    if task is Task.IMPORT:
        return target.way_for(lines)
    return next((name for name, way in target.ways.items() if task in way.tasks), None)
