"""Picks examples of each broken rule from what a validation wrote."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Self

from shared.domain.formats.ndjson import split_lines
from shared.domain.parts import Part, Parts


#: Of each rule.
EXAMPLES: Final = 3
#: The parts that tell of findings, one JSON object a line.
TELLING: Final = (Part.REJECTED, Part.WARNINGS, Part.SKIPPED)
#: A quotation mark inside a text is escaped, so this is never part of one.
_CODE: Final = re.compile(rb'"code":"(\w+)"')


class Examples:
    """The first findings of each code, as the parts tell them."""

    def __init__(self) -> None:
        self._found: dict[str, list[Mapping[str, Any]]] = {}

    @classmethod
    def of_parts(cls, parts: Parts) -> Self:
        """Pick from all parts that tell of findings."""
        examples = cls()
        for part in TELLING:
            examples.pick(split_lines(parts.read(part)))
        return examples

    def of(self, code: str) -> list[Mapping[str, Any]]:
        """Return the first findings of a code; see `Violation.as_json`."""
        return self._found.get(code, [])

    def pick(self, lines: Iterable[bytes]) -> None:
        """Look at some lines of a part that tells of findings."""
        for line in lines:
            if code := _CODE.search(line):
                found = self._found.setdefault(code[1].decode(), [])
                if len(found) < EXAMPLES:
                    found.append(json.loads(line))
