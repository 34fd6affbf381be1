"""Tells which format a file has: by how it begins, and by its name where that is not certain."""

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final, Literal

from shared.domain.configuration import KIND as CONFIGURATIONS
from shared.domain.configuration import judge_configuration
from shared.domain.corporate_identifier import IDENTIFIER, judge_item
from shared.domain.formats.chunks import peek
from shared.domain.formats.corporate_identifiers import KIND, IdentifierRows
from shared.domain.formats.csv_rows import CsvRows, begins_with_header
from shared.domain.formats.foreign import refusal_of
from shared.domain.formats.format import Format
from shared.domain.formats.gunzip import MAGIC, unpacked
from shared.domain.formats.items import Items, Subject
from shared.domain.formats.json_array import JsonArray
from shared.domain.formats.ndjson import Ndjson
from shared.domain.formats.refusals import RefusalCode, refused


#: What a file is about: devices or configurations of a hub, or corporate identifiers of Intune.
type Kind = Literal["devices", "configurations", "intune"]

#: What objects of JSON may be about that are no devices.
_SUBJECTS: Final[Mapping[str, Subject]] = {
    about.kind: about
    for about in (
        Subject(KIND, IDENTIFIER, judge_item),
        Subject(CONFIGURATIONS, "id", judge_configuration),
    )
}

_SPACE: Final = b" \t\r\n"
#: An array as it is meant: of objects, or empty.
_ARRAY: Final = re.compile(rb"\[\s*[{\]]")
#: An object that goes over several lines: the first ends where no object can, the next goes on.
_SPREAD: Final = re.compile(
    rb"\{(?:[^\n]*\{)?[ \t]*\r?\n\s*[\"}]"
    rb"|\{[^\n]*\[[ \t]*\r?\n\s*[{\[\]\"0-9tfn-]"
    rb"|\{[^\n]*,[ \t]*\r?\n\s*\""
)

#: Names that can mean nothing but lines, so it takes more to read something else from the content.
_LINES: Final = (".ndjson", ".jsonl")
#: What names end with, and the format that they stand for.
_BY_NAME: Final[Mapping[str, Callable[[], Format]]] = {
    **dict.fromkeys((*_LINES, ".txt", ".log"), Ndjson),
    ".json": JsonArray,
    ".csv": CsvRows,
    ".tsv": CsvRows,
}
#: How a format is made from its layout, by its name.
_BY_LAYOUT: Final[Mapping[str, Callable[[Mapping[str, Any]], Format]]] = {
    Ndjson.name: lambda _: Ndjson(),
    JsonArray.name: lambda _: JsonArray(),
    CsvRows.name: CsvRows.of,
}


def recognise(
    name: str, chunks: Iterable[bytes], kind: Kind = "devices"
) -> tuple[Format, Iterator[bytes]]:
    """Return the format of a file, and its bytes unpacked and without byte order mark.

    Args:
        name: Name of the file, which decides only where the content does not.
        chunks: The bytes of the file, cut anywhere.
        kind: What the file is about.

    Raises:
        FileRefused: It has none of the formats.
    """
    beginning, whole = peek(chunks)
    name = name.lower().removesuffix(".gz")
    if beginning.startswith(MAGIC):
        beginning, whole = peek(unpacked(whole))
        if beginning.startswith(MAGIC):
            raise refused(RefusalCode.GZIP_IN_GZIP)
    if refusal := refusal_of(beginning):
        raise refusal
    bom = beginning.startswith(BOM_UTF8)
    text = beginning.removeprefix(BOM_UTF8)
    form = _json_format(name, text) or _OTHERS[kind](name, text, bom=bom)
    if kind in _SUBJECTS and not isinstance(form, IdentifierRows):
        form = Items(form, _SUBJECTS[kind])
    return form, _without_bom(whole)


def format_from(layout: Mapping[str, Any]) -> Format:
    """Return the format that has this layout; see `Format.layout`."""
    name, about = layout.get("name", Ndjson.name), _SUBJECTS.get(layout.get("kind", ""))
    if about is None:
        return _BY_LAYOUT[name](layout)
    is_table = name == IdentifierRows.name
    return IdentifierRows.of(layout) if is_table else Items(_BY_LAYOUT[name](layout), about)


def _json_format(name: str, text: bytes) -> Format | None:
    """Return the format of JSON; of nothing at all, that of lines."""
    start = text.lstrip(_SPACE)
    if name.endswith(_LINES):
        return JsonArray() if _ARRAY.match(start) else Ndjson() if start[:1] in b"{[" else None
    if start.startswith(b"["):
        return JsonArray()
    if _SPREAD.match(start):
        raise refused(RefusalCode.JSON_OBJECT)
    return Ndjson() if start[:1] in b"{" else None


def _of_devices(name: str, text: bytes, *, bom: bool) -> Format:
    if begins_with_header(text, without_fault=name.endswith(_LINES)):
        return CsvRows(bom=bom)
    if b"\n{" in text:  # the first line is none, but there are lines
        return Ndjson()
    ending = "".join(name.rpartition(".")[1:])
    if ending not in _BY_NAME:
        raise refused(RefusalCode.UNKNOWN_FORMAT)
    return CsvRows(bom=bom) if _BY_NAME[ending] is CsvRows else _BY_NAME[ending]()


def _of_identifiers(_: str, __: bytes, *, bom: bool) -> Format:
    return IdentifierRows(bom=bom)


def _of_configurations(_: str, __: bytes, *, bom: bool) -> Format:  # noqa: ARG001 - as the others
    raise refused(RefusalCode.UNKNOWN_FORMAT)


#: What recognises a file that is not JSON from its beginning on, by what it is about.
_OTHERS: Final[Mapping[Kind, Callable[..., Format]]] = {
    "devices": _of_devices,
    "configurations": _of_configurations,
    "intune": _of_identifiers,
}


def _without_bom(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = next(chunks, b"")
    return chain((first.removeprefix(BOM_UTF8),), chunks)
