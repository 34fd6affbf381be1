"""CSV files as people, spreadsheets and attackers write them."""

from collections.abc import Mapping

from shared.domain.device_line import MAX_LINE_BYTES
from shared.domain.formats.refusals import RefusalCode
from shared.domain.rules import Code
from tests.unit.domain.formats.hostile.file import EMPTY, Hostile


def _table(content: bytes, ends: str, accepted: int = 0) -> Hostile:
    return Hostile(content, ends, accepted, "devices.csv")


def _row(row: bytes, ends: str) -> Hostile:
    """A bad row between two good ones."""
    return _table(b"id,status,tags.x\nfirst,enabled,1\n" + row + b"\nlast,,\n", ends, accepted=2)


FILES: Mapping[str, Hostile] = {
    "header and nothing else": _table(b"id,status\r\n", EMPTY),
    "empty rows": _table(b"id,status\n,\n\n,\n", EMPTY),
    "nothing but delimiters": _table(b";;;;\n;;;;\n", RefusalCode.CSV_NO_ID),
    "no header": _table(b"press-001,enabled\npress-002,enabled\n", RefusalCode.CSV_UNKNOWN_COLUMN),
    "unknown column": _table(b"id,serial\na,1\n", RefusalCode.CSV_UNKNOWN_COLUMN),
    "column without a name": _table(b"id,status,\na,enabled,\n", RefusalCode.CSV_UNKNOWN_COLUMN),
    "delimiter that is none": _table(b"id:status\na:enabled\n", RefusalCode.CSV_UNKNOWN_COLUMN),
    "line for Excel about the delimiter": _table(
        b"sep=;\r\nid;status\r\na;enabled\r\n", RefusalCode.CSV_UNKNOWN_COLUMN
    ),
    "column of JavaScript": _table(b"id,__proto__.admin\na,1\n", RefusalCode.CSV_UNKNOWN_COLUMN),
    "no id": _table(b"status,tags.x\nenabled,1\n", RefusalCode.CSV_NO_ID),
    "column twice": _table(b"id,status,STATUS\na,enabled,\n", RefusalCode.CSV_COLUMN_TWICE),
    "column in a column": _table(b"id,tags,tags.x\na,{},1\n", RefusalCode.CSV_COLUMN_TWICE),
    "too many columns": _table(
        b"id," + b",".join(b"tags.a%d" % n for n in range(300)), RefusalCode.CSV_TOO_MANY_COLUMNS
    ),
    "header that is too long": _table(
        b"id,tags." + b"x" * 20_000 + b"\na,1\n", RefusalCode.CSV_HEADER_TOO_LONG
    ),
    "header without end": _table(b"id," * 200_000, RefusalCode.CSV_HEADER_TOO_LONG),
    "header with a bad quote": _table(b'"id"x,status\na,\n', RefusalCode.CSV_HEADER_TOO_LONG),
    "header in Latin-1": _table(b"id,tags.Gr\xf6\xdfe\na,1\n", RefusalCode.CSV_HEADER_NOT_UTF8),
    "header with two marks": _table(
        b"\xef\xbb\xbf\xef\xbb\xbfid\na\n", RefusalCode.CSV_UNKNOWN_COLUMN
    ),
    "header again": _row(b"id,status,tags.x", Code.UNKNOWN_VALUE),
    "too few cells": _row(b"a,enabled", Code.WRONG_CELLS),
    "too many cells": _row(b"a,enabled,1,2", Code.WRONG_CELLS),
    "another delimiter": _row(b"a;enabled;1", Code.WRONG_CELLS),
    "comma as decimal point": _row(b"a,enabled,1,5", Code.WRONG_CELLS),
    "100,000 cells": _row(b"a" + b"," * 100_000, Code.WRONG_CELLS),
    "row that is too long": _row(b"a" + b"," * 300_000, Code.LINE_TOO_LONG),
    "cell that is too long": _row(b"a,enabled," + b"x" * MAX_LINE_BYTES, Code.LINE_TOO_LONG),
    "row of sums": _row(b"total,=COUNTA(A2:A3),", Code.UNKNOWN_VALUE),
    "cell for a formula": _row(b"=cmd|' /C calc'!A0,enabled,1", Code.INVALID_ID),
    "cell with blanks": _row(b" a ,enabled,1", Code.INVALID_ID),
    "cell with NUL": _row(b"a\0,enabled,1", Code.INVALID_ID),
    "cell with broken JSON": _row(b'a,enabled,"{""y"": 1"', Code.NOT_JSON),
    "cell with NaN in JSON": _row(b"a,enabled,[NaN]", Code.NOT_JSON),
    "cell with null in JSON": _row(b'a,enabled,"{""y"": null}"', Code.TWIN_NULL),
    "cell with a member twice": _row(b'a,enabled,"{""y"":1,""y"":2}"', Code.DUPLICATE_FIELD),
    "cell with deep JSON": _row(b"a,enabled," + b"[" * 5000, Code.NOT_JSON),
    "cell with a number beyond a twin": _row(b"a,enabled,99999999999999999999", Code.TWIN_NUMBER),
    "cell in Latin-1": _row(b"a,enabled,Gr\xf6\xdfe", Code.NOT_UTF8),
    "cell with half a character": _row(b"a,enabled,\xc3", Code.NOT_UTF8),
    "quote that is not doubled": _row(b'"a"b,enabled,1', Code.BAD_QUOTES),
    "quotes of a word processor": _row("“a”,enabled,1".encode(), Code.INVALID_ID),
    "quote that takes in the next row": _table(
        b'id,status\n"a,enabled\n"b",enabled\nc,enabled\n', Code.BAD_QUOTES, accepted=1
    ),
    "quote that is not closed": _table(
        b'id,status\na,enabled\n"b,enabled\nc,enabled\n', Code.BAD_QUOTES, accepted=1
    ),
    "quote that takes in a thousand rows": _table(
        b'id,status\na,enabled\n"b,enabled\n' + b"c,enabled\n" * 40_000 + b'",x\nd,enabled\n',
        Code.BAD_QUOTES,
        accepted=2,
    ),
    "quote that takes in the rest": _table(
        b'id,status\na,enabled\n"b,enabled\n' + b"c,enabled\n" * 40_000,
        RefusalCode.CSV_UNCLOSED_QUOTE,
    ),
    "nothing but quotes": _table(b'"' * 1001, RefusalCode.CSV_HEADER_TOO_LONG),
    "carriage returns only are line ends": _table(
        b"id,status\ra,enabled\rb,enabled\r", Code.NEW_KEYS, accepted=2
    ),
    "all line ends at once": _table(
        b"id,status\na,enabled\r\nb,enabled\rc,enabled\n\rd,enabled", Code.BLANK_LINE, accepted=4
    ),
    "end of a table of DOS": _table(b"id,status\na,enabled\n\x1a", Code.WRONG_CELLS, accepted=1),
    "device twice": _table(b"id,tags.x\na,1\nb,2\na,3\n", Code.DUPLICATE_DEVICE, accepted=2),
    "scientific notation of a spreadsheet is a text": _table(
        b"id,tags.x\na,4.9E+14\n", Code.NEW_KEYS, accepted=1
    ),
    "table for a browser": _table(b"<table><tr><td>id</td></tr>", RefusalCode.OTHER_FORMAT),
    "table of Markdown": _table(b"| id | status |\n|---|---|\n| a | enabled |\n",
                                RefusalCode.CSV_UNKNOWN_COLUMN),
}  # fmt: skip
