"""Why a file as a whole cannot be read, and what its sender does instead, in one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.domain.formats.format import FileRefused


class RefusalCode(StrEnum):
    """Stable names of the reasons. Receivers match on these: never rename one."""

    GZIP_BOMB = "gzip_bomb"
    GZIP_BROKEN = "gzip_broken"
    GZIP_MANY_MEMBERS = "gzip_many_members"
    GZIP_IN_GZIP = "gzip_in_gzip"
    UTF16 = "utf16"
    BINARY = "binary"
    ARCHIVE = "archive"
    SPREADSHEET = "spreadsheet"
    OTHER_FORMAT = "other_format"
    UNKNOWN_FORMAT = "unknown_format"
    JSON_OBJECT = "json_object"
    NOT_A_JSON_ARRAY = "not_a_json_array"
    CSV_HEADER_NOT_UTF8 = "csv_header_not_utf8"
    CSV_HEADER_TOO_LONG = "csv_header_too_long"
    CSV_TOO_MANY_COLUMNS = "csv_too_many_columns"
    CSV_UNKNOWN_COLUMN = "csv_unknown_column"
    CSV_COLUMN_TWICE = "csv_column_twice"
    CSV_NO_ID = "csv_no_id"
    CSV_UNCLOSED_QUOTE = "csv_unclosed_quote"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason to refuse a file."""

    #: What was found; `{…}` is filled in.
    says: str
    #: What the sender does instead.
    do: str


_AS_UTF8: Final = "save it as UTF-8 (in spreadsheets: CSV UTF-8) and send it again"
_AS_TEXT: Final = "send a text file in UTF-8: lines of JSON, a JSON array, or CSV with a header"
_FIX_HEADER: Final = "correct the first row and send the file again"

#: All reasons by code, in the order in which they are documented.
REFUSALS: Final[Mapping[RefusalCode, Refusal]] = {
    RefusalCode.GZIP_BOMB: Refusal(
        "the gzip data grows to more than {limit} and was not unpacked any further",
        "split the file, or send it uncompressed",
    ),
    RefusalCode.GZIP_BROKEN: Refusal(
        "the gzip data is damaged: {why}", "compress the file again and send it anew"
    ),
    RefusalCode.GZIP_MANY_MEMBERS: Refusal(
        "the gzip data has more than one member", "compress one device file into one .gz"
    ),
    RefusalCode.GZIP_IN_GZIP: Refusal(
        "there is gzip data inside of the gzip data", "compress the file only once"
    ),
    RefusalCode.UTF16: Refusal("the file is UTF-16 or UTF-32", _AS_UTF8),
    RefusalCode.BINARY: Refusal("the file is no text: it begins with NUL bytes", _AS_TEXT),
    RefusalCode.ARCHIVE: Refusal(
        "the file is {what}", "send the device file in it by itself, as it is or as .gz"
    ),
    RefusalCode.SPREADSHEET: Refusal("the file is {what}", 'save the sheet as "CSV UTF-8"'),
    RefusalCode.OTHER_FORMAT: Refusal("the file is {what}", _AS_TEXT),
    RefusalCode.UNKNOWN_FORMAT: Refusal(
        "the file begins like none of the formats, and its name tells none",
        "send lines of JSON (.ndjson), a JSON array (.json), or CSV with a header (.csv)",
    ),
    RefusalCode.JSON_OBJECT: Refusal(
        "the file is one JSON object over several lines",
        "put [ and ] around it, or write each device on one line",
    ),
    RefusalCode.NOT_A_JSON_ARRAY: Refusal(
        "the file cannot be read as a JSON array: {why}", "correct it and send it again"
    ),
    RefusalCode.CSV_HEADER_NOT_UTF8: Refusal("the first row is not UTF-8", _AS_UTF8),
    RefusalCode.CSV_HEADER_TOO_LONG: Refusal(
        "the first row cannot be a header: it is longer than {limit} KB or a quote in it is "
        "not closed",
        _FIX_HEADER,
    ),
    RefusalCode.CSV_TOO_MANY_COLUMNS: Refusal(
        "the first row has {columns} columns; at most {limit} are read", _FIX_HEADER
    ),
    RefusalCode.CSV_UNKNOWN_COLUMN: Refusal(
        "the first row must name the fields, and these names are none: {names}", _FIX_HEADER
    ),
    RefusalCode.CSV_COLUMN_TWICE: Refusal(
        "several columns fill the same field: {names}", _FIX_HEADER
    ),
    RefusalCode.CSV_NO_ID: Refusal("the first row names no column id: {names}", _FIX_HEADER),
    RefusalCode.CSV_UNCLOSED_QUOTE: Refusal(
        "the quote that row {row} opens is never closed, so the rows behind it cannot be told",
        "close it, or double the quotes inside of a cell",
    ),
}


def refused(code: RefusalCode, **found: object) -> FileRefused:
    """Return the error for a reason; `found` fills its words and never holds a secret."""
    refusal = REFUSALS[code]
    return FileRefused(code, f"{refusal.says.format_map(found)}; {refusal.do}")
