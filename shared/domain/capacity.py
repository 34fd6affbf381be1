"""Tells before a job starts whether the hub has room for what it would leave behind.

A job that meets a full hub fails line by line; it is better to say so once, with the numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """How many devices there are, and how many there may be."""

    count: int
    limit: int


def why_too_many(usage: Usage, effects: Mapping[str, int]) -> str | None:
    """Return why the devices of a file cannot all be there afterwards, or None if they can.

    What may be new or not counts only as far as every such device is there in the end.

    Args:
        usage: The hub's devices now.
        effects: Accepted lines by what they ask for; see `MODES`.
    """
    creates, deletes = effects.get("create", 0), effects.get("delete", 0)
    grown = usage.count + creates - deletes
    if grown > usage.limit:
        return (
            f"the hub has {usage.count:,} of at most {usage.limit:,} devices; with {creates:,} "
            f"to create and {deletes:,} to delete there would be {grown:,}"
        )
    named = creates + effects.get("create_or_replace", 0)
    if named > usage.limit:
        return f"the file has {named:,} devices, and the hub takes at most {usage.limit:,}"
    return None
