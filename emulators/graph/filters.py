"""`$filter` as a condition in SQL: what scripts use of it against this collection.

`contains` is in Microsoft's own powershell-intune-samples, `eq` in others. Comparisons may be
joined by `and` and `or`; everything else is refused, not passed over.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from emulators.graph.errors import GraphError, bad_request
from emulators.graph.identity import FIELDS


class Condition(NamedTuple):
    """A condition on rows, with a question mark for each parameter."""

    sql: str
    parameters: Sequence[str] = ()


EVERYTHING: Final = Condition("true")

_LITERAL: Final = r"'(?P<literal>(?:[^']|'')*)'"
_CONTAINS: Final = re.compile(rf"\s*contains\(\s*(?P<field>\w+)\s*,\s*{_LITERAL}\s*\)\s*")
_EQUALS: Final = re.compile(rf"\s*(?P<field>\w+)\s+eq\s+{_LITERAL}\s*")
_JOINT: Final = re.compile(r"(and|or)\b")
_TEMPLATES: Final = ((_CONTAINS, "instr({}, ?) > 0"), (_EQUALS, "{} = ?"))


def parse(text: str) -> Condition:
    """Read a filter; SQL binds `and` closer than `or`, as OData does.

    Raises:
        GraphError: 400.
    """
    words, parameters, position = [], [], 0
    while True:
        comparison, literal, position = _comparison(text, position)
        words.append(comparison)
        parameters.append(literal)
        if position == len(text):
            return Condition(" ".join(words), parameters)
        joint = _JOINT.match(text, position)
        if joint is None:
            raise _invalid()
        words.append(joint[1])
        position = joint.end()


def _comparison(text: str, position: int) -> tuple[str, str, int]:
    for pattern, template in _TEMPLATES:
        match = pattern.match(text, position)
        if match and match["field"] in FIELDS:
            literal = match["literal"].replace("''", "'")
            return template.format(FIELDS[match["field"]]), literal, match.end()
    raise _invalid()


def _invalid() -> GraphError:
    return bad_request("Invalid filter clause")
