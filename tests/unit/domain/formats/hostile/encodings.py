"""Text that is not UTF-8, or has what text should not have."""

from collections.abc import Mapping

from shared.domain.formats.refusals import RefusalCode
from shared.domain.rules import Code
from tests.builders import a_file, a_line
from tests.unit.domain.formats.hostile.file import EMPTY, Hostile


TEXT = '{"id":"press-001","statusReason":"Łódź"}\n{"id":"press-002"}\n'
LATIN = '{"id":"a"}\n{"id":"b","statusReason":"Größe"}\n'
BOM = b"\xef\xbb\xbf"


def _wide(content: bytes, name: str = "devices.txt") -> Hostile:
    return Hostile(content, RefusalCode.UTF16, name=name)


def _line(line: bytes, ends: Code) -> Hostile:
    """A bad line between two good ones."""
    return Hostile(a_file(a_line("first"), line, a_line("last")), ends, accepted=2)


FILES: Mapping[str, Hostile] = {
    "UTF-16": _wide(TEXT.encode("utf-16")),
    "UTF-16, big end first": _wide(b"\xfe\xff" + TEXT.encode("utf-16-be")),
    "UTF-16 without mark": _wide(TEXT.encode("utf-16-le")),
    "UTF-16 without mark, big end first": _wide(TEXT.encode("utf-16-be")),
    "UTF-32": _wide(TEXT.encode("utf-32")),
    "UTF-32, big end first": _wide(b"\x00\x00\xfe\xff" + TEXT.encode("utf-32-be")),
    "UTF-32 without mark": _wide(TEXT.encode("utf-32-le")),
    "UTF-32 without mark, big end first": _wide(TEXT.encode("utf-32-be")),
    "table in UTF-16, as Excel saves Unicode text": _wide(
        "id\tstatus\r\n".encode("utf-16"), "x.csv"
    ),
    "mark of UTF-16 and nothing else": _wide(b"\xff\xfe"),
    "Latin-1": Hostile(LATIN.encode("latin-1"), Code.NOT_UTF8, accepted=1),
    "Windows-1252": _line('{"id":"a","statusReason":"“so”"}'.encode("cp1252"), Code.NOT_UTF8),
    "Windows-1251": _line('{"id":"a","statusReason":"Цех"}'.encode("cp1251"), Code.NOT_UTF8),
    "Shift-JIS": _line('{"id":"a","statusReason":"工場"}'.encode("shift-jis"), Code.NOT_UTF8),
    "EBCDIC": Hostile(TEXT.encode("cp037", "replace"), Code.NOT_UTF8),
    "UTF-8 in UTF-8 is no mistake": Hostile(
        TEXT.encode().decode("latin-1").encode(), Code.DEFAULT_MODE_OVERWRITES, accepted=2
    ),
    "overlong UTF-8": _line(b'{"id":"\xc0\xaf"}', Code.NOT_UTF8),
    "surrogates in UTF-8": _line(b'{"id":"\xed\xa0\xbd\xed\xb8\x80"}', Code.NOT_UTF8),
    "beyond Unicode": _line(b'{"id":"\xf5\x80\x80\x80"}', Code.NOT_UTF8),
    "cut off inside of a character": _line(b'{"id":"a\xe2\x82', Code.NOT_UTF8),
    "lone surrogate": _line(b'{"id":"a","statusReason":"\\ud800"}', Code.NOT_JSON),
    "lone low surrogate": _line(b'{"id":"a","tags":{"\\udc00":1}}', Code.NOT_JSON),
    "surrogates in the wrong order": _line(b'{"id":"\\udc00\\ud800"}', Code.NOT_JSON),
    "nothing": Hostile(b"", EMPTY),
    "nothing but a mark": Hostile(BOM, EMPTY),
    "nothing but blanks": Hostile(b" \t \n\r\n\n  ", EMPTY),
    "one brace": Hostile(b"{", Code.NOT_JSON),
    "one letter": Hostile(b"x", RefusalCode.UNKNOWN_FORMAT, name="devices"),
    "one NUL": Hostile(b"\0", RefusalCode.BINARY),
    "NULs": Hostile(bytes(100_000), RefusalCode.BINARY),
    "one byte of UTF-8": Hostile(b"\xef", Code.NOT_UTF8),
    "two marks": Hostile(BOM + BOM + a_file(a_line()), Code.NOT_JSON),
    "mark inside, as files were put together": _line(BOM + a_line("b"), Code.NOT_JSON),
    "NUL in a line": _line(b'{"id":"a\0b"}', Code.NOT_JSON),
    "NUL in an escape": _line(b'{"id":"a\\u0000b"}', Code.INVALID_ID),
    "NULs behind the last line": Hostile(a_file(a_line()) + bytes(99), Code.NOT_JSON, accepted=1),
    "end of a file of DOS": Hostile(a_file(a_line()) + b"\x1a", Code.NOT_JSON, accepted=1),
    "tab in a text": _line(b'{"id":"a","statusReason":"x\ty"}', Code.NOT_JSON),
    "colour of a terminal": _line(b'{"id":"\\u001b[31mred"}', Code.INVALID_ID),
    "text that turns": _line('{"id":"a\u202eb"}'.encode(), Code.INVALID_ID),
    "letters that look alike": _line('{"id":"\u0440ress"}'.encode(), Code.INVALID_ID),
    "carriage returns only": Hostile(a_line("a") + b"\r" + a_line("b") + b"\r", Code.NOT_JSON),
    "line feed, then carriage return": Hostile(
        a_line("a") + b"\n\r" + a_line("b") + b"\n\r", Code.BLANK_LINE, accepted=2
    ),
    "form feed between lines": Hostile(a_line("a") + b"\f" + a_line("b"), Code.NOT_JSON),
    "line separator between lines": Hostile(
        "\N{LINE SEPARATOR}".encode().join([a_line("a"), a_line("b")]), Code.NOT_JSON
    ),
    "next line between lines": Hostile(
        "\x85".encode().join([a_line("a"), a_line("b")]), Code.NOT_JSON
    ),
    "line separator in a text is no mistake": Hostile(
        '{"id":"a","statusReason":"x\N{LINE SEPARATOR}y"}\n'.encode(), Code.NEW_KEYS, accepted=1
    ),
}
