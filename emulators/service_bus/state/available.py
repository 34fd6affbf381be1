"""The order in which messages can be received."""

from bisect import bisect_left, insort
from collections.abc import Iterator


class Available:
    """Sequence numbers in order, one row per session; an entity without sessions has the row None.

    An abandoned message comes back to its old place, at or near the front (Azure docs, "Message
    transfers, locks, and settlement").
    """

    def __init__(self) -> None:
        self._rows: dict[str | None, list[int]] = {}

    def add(self, session_id: str | None, number: int) -> None:
        """Put a number in its place."""
        insort(self._rows.setdefault(session_id, []), number)

    def remove(self, session_id: str | None, number: int) -> None:
        """Take a number out."""
        row = self._rows[session_id]
        del row[bisect_left(row, number)]
        if not row:
            del self._rows[session_id]

    def first(self, session_id: str | None) -> int | None:
        """Return the lowest number of a row."""
        row = self._rows.get(session_id)
        return row[0] if row else None

    def sessions(self) -> Iterator[str]:
        """Name the sessions with a message, the one with the oldest message first."""
        oldest = {row[0]: name for name, row in self._rows.items() if name is not None}
        return (oldest[number] for number in sorted(oldest))
