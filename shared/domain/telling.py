"""Tells findings: in full while there is room, then only what nobody can do without."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from shared.domain.finding import Violation


#: Findings that are told in full, by default; all of them are counted.
DETAILS: Final = 100_000
#: The same for warnings: mostly a file gives all its lines the same.
WARNINGS: Final = 10_000


class Telling:
    """How findings of one part are told.

    Args:
        details: How many of them are told in full.
        always: Whether each line is told at least by its first code.
        called: Returns what the sender calls a field.
    """

    def __init__(self, details: int, called: Callable[[str], str], *, always: bool) -> None:
        self._left = details
        self._called = called
        self._always = always

    def members(self, violations: Iterable[Violation]) -> Iterator[Mapping[str, Any]]:
        """Yield the members of what is told of the findings on a line."""
        for place, violation in enumerate(violations):
            full = self._left > 0
            if not full and (place or not self._always):
                return
            self._left -= full
            yield violation.as_json(full=full, called=self._called)
