"""The collection page by page: `$filter`, `$top`, `$skip`, and the link to the next page.

Source: Graph's pages on query parameters and paging. A page of 1,000 is what other collections of
Intune have; for this one it is assumed, as are `$skip` and the form of `$skiptoken`.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from emulators.graph import filters
from emulators.graph.answers import address
from emulators.graph.errors import bad_request
from emulators.graph.identities import Identities
from emulators.graph.identity import ImportedDeviceIdentity
from emulators.iot_hub.routes.operation import Call


LARGEST_PAGE: Final = 1000
#: What SQLite takes.
_NUMBER: Final = re.compile("[0-9]{1,18}")
_OPTIONS: Final = frozenset({"$filter", "$top", "$skip", "$skiptoken"})


def page(
    identities: Identities, call: Call, path: str
) -> tuple[list[ImportedDeviceIdentity], str | None]:
    """Return the identities that are asked for, and the link to more if there are more.

    Args:
        identities: All of them.
        call: Says what is asked for.
        path: The collection's.

    Raises:
        GraphError: 400.
    """
    query = call.query
    if others := [name for name in query if name.startswith("$") and name not in _OPTIONS]:
        text = f"The query option {others[0]} is not emulated"
        raise bad_request(text)
    condition = filters.parse(query["$filter"]) if "$filter" in query else filters.EVERYTHING
    size = min(_number(query, "$top", LARGEST_PAGE), LARGEST_PAGE)
    after, skip = _number(query, "$skiptoken", 0), _number(query, "$skip", 0)
    # One more than asked for tells whether there is a next page.
    rows = identities.page(condition, after, skip, size + 1)
    shown = rows[:size]
    more = len(rows) > size > 0
    link = _link(address(call) + path, query, shown[-1].number) if more else None
    return [row.identity for row in shown], link


def _link(url: str, query: Mapping[str, str], last: int) -> str:
    kept = {name: value for name, value in query.items() if name != "$skip"}
    return f"{url}?{urlencode({**kept, '$skiptoken': last}, safe='$')}"


def _number(query: Mapping[str, str], option: str, default: int) -> int:
    asked = query.get(option, str(default))
    if not _NUMBER.fullmatch(asked):
        text = f"Invalid value '{asked}' for {option} query option found. "
        text += f"The {option} query option requires a non-negative integer value."
        raise bad_request(text)
    return int(asked)
