"""What was found on a line: a rule and the details that its words need."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.rules import RULES, Code, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule, or a warning or note, about one field of a line."""

    #: Path of the field, e.g. `authentication.symmetricKey.primaryKey`; empty for the whole line.
    field: str
    code: Code
    #: What the rule's words need; never a secret.
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """What it does to the line."""
        return RULES[self.code].severity

    @property
    def message(self) -> str:
        """What is said to people: what was found and what to do."""
        return RULES[self.code].says.format_map(self.details)


@dataclass(frozen=True, slots=True)
class Violation:
    """A finding with its place in the file."""

    #: Line (row of a table, item of an array), counted from 1; None for the whole file.
    line: int | None
    #: The device the line is about, as far as it can be told.
    device_id: str | None
    finding: Finding

    def as_json(
        self, *, full: bool = True, called: Callable[[str], str] = str
    ) -> Mapping[str, Any]:
        """Return the members of one line of `rejected.ndjson`.

        Args:
            full: Whether more than line and code is told.
            called: Returns what the sender calls a field. What concerns the whole file is
                metadata, which no format renames.
        """
        if self.line is None:
            called = str
        return {
            "line": self.line,
            "deviceId": self.device_id,
            "field": called(self.finding.field) if full else "",
            "code": self.finding.code,
            "message": self.finding.message if full else "",
        }
