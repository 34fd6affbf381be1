"""The header of a CSV file: which field each column fills.

A column is named by the path of its field or the last part of it, in any case of letters, and
below `tags`, `desired` and `reported` by whatever the twin calls it. With `:text` behind its name,
a column of a twin holds texts even where they look like numbers.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from shared.domain.device_identity import TEXTS
from shared.domain.field_findings import OTHER_NAMES
from shared.domain.formats.csv_cells import Kind
from shared.domain.formats.csv_dialect import BEGINNING, Cell, text_of
from shared.domain.formats.refusals import RefusalCode, refused
from shared.domain.redaction import redacted


MAX_COLUMNS: Final = 256
MAX_HEADER_BYTES: Final = BEGINNING
#: Columns that a refusal names; it counts the others.
NAMED: Final = 8

#: What fields outside of a twin hold, by their paths.
_KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(TEXTS, Kind.TEXT),
    "capabilities.iotEdge": Kind.TRUTH,
    "parentScopes": Kind.TEXTS,
}
#: The short name of each of them.
_SHORT: Final = {
    path: "authType" if path == "authentication.type" else path.rpartition(".")[2]
    for path in _KINDS
}
_PATHS: Final = {name.lower(): path for path in _KINDS for name in (path, _SHORT[path])}
_SECTIONS: Final = {
    "tags": ("tags",),
    "desired": ("properties", "desired"),
    "reported": ("properties", "reported"),
}
#: A twin takes ten levels and a value in the last of them.
_TWIN: Final = re.compile(
    r"(?:(tags)|(?:properties\.)?(desired|reported))((?:\.[^.]+?){0,11})(:text)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    #: As the sender wrote it.
    title: str
    #: The names from the outermost object to the field that it fills.
    path: tuple[str, ...]
    kind: Kind


def read_columns(titles: Sequence[Cell]) -> tuple[Column, ...]:
    """Return the columns of a header.

    Raises:
        FileRefused: It is too long, or names a field twice, none at all, or not the id.
    """
    if len(titles) > MAX_COLUMNS:
        found = {"columns": len(titles), "limit": MAX_COLUMNS}
        raise refused(RefusalCode.CSV_TOO_MANY_COLUMNS, **found)
    if sum(map(len, titles)) > MAX_HEADER_BYTES:
        raise refused(RefusalCode.CSV_HEADER_TOO_LONG, limit=MAX_HEADER_BYTES // 1024)
    try:
        texts = list(map(text_of, titles))
    except UnicodeDecodeError:
        raise refused(RefusalCode.CSV_HEADER_NOT_UTF8) from None
    columns = [column for title in texts if (column := _column(title))]
    if len(columns) < len(texts):
        raise refused(RefusalCode.CSV_UNKNOWN_COLUMN, names=_listed(_unknown(texts)))
    if twice := [f"{one} and {other}" for one, other in _same(columns)]:
        raise refused(RefusalCode.CSV_COLUMN_TWICE, names=_listed(twice))
    if ("id",) not in (column.path for column in columns):
        names = _listed([_shown(title) for title in texts]) or "it is empty"
        raise refused(RefusalCode.CSV_NO_ID, names=names)
    return tuple(columns)


def names_a_field(title: str) -> bool:
    """Tell whether a cell of a first row is the name of a column."""
    return _column(title) is not None


def _column(title: str) -> Column | None:
    name = title.strip()
    if field := _PATHS.get(name.lower()):
        return Column(title, tuple(field.split(".")), _KINDS[field])
    match = _TWIN.fullmatch(name)
    if not match:
        return None
    section = _SECTIONS[(match[1] or match[2]).lower()]
    path = (*section, *match[3].split(".")[1:])
    return Column(title, path, Kind.TEXT if match[4] else Kind.TYPED)


def _same(columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    """Yield columns that fill the same field, or one of them an object that the other is in."""
    for one, other in pairwise(sorted(columns, key=lambda column: column.path)):
        if other.path[: len(one.path)] == one.path:
            yield _shown(one.title), _shown(other.title)


def _unknown(titles: Sequence[str]) -> list[str]:
    return [
        _shown(title) + _did_you_mean(title) if title.strip() else f"column {number}, without one"
        for number, title in enumerate(titles, start=1)
        if not names_a_field(title)
    ]


def _did_you_mean(title: str) -> str:
    plain = title[:80].strip().lower()
    path = _PATHS.get(OTHER_NAMES.get(title.strip(), "").lower())
    near = difflib.get_close_matches(re.sub("[ _-]", "", plain), _PATHS, n=1, cutoff=0.7)
    if path or near:
        return f' (did you mean "{_SHORT[path or _PATHS[near[0]]]}"?)'
    return ""


def _shown(title: str) -> str:
    """Return a title for people. A file without a header has values there, even keys."""
    return f'"{redacted(title.strip(), 40)}"'


def _listed(names: Sequence[str]) -> str:
    more = f", and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
