"""JSON that is none, that readers understand in different ways, or that means to exhaust them."""

import json
from collections.abc import Mapping

from shared.domain.device_line import MAX_LINE_BYTES
from shared.domain.formats.refusals import RefusalCode
from shared.domain.rules import Code
from tests.builders import a_file, a_line
from tests.unit.domain.formats.hostile.file import EMPTY, Hostile


def _line(line: bytes, ends: Code = Code.NOT_JSON) -> Hostile:
    """A bad line between two good ones."""
    return Hostile(a_file(a_line("first"), line, a_line("last")), ends, accepted=2)


def _array(content: bytes, ends: str = Code.NOT_JSON, accepted: int = 0) -> Hostile:
    return Hostile(content, ends, accepted, "devices.json")


def _nested(depth: int) -> bytes:
    return b'{"id":"a","tags":' + b'{"a":' * depth + b"1" + b"}" * (depth + 1)


FILES: Mapping[str, Hostile] = {
    "NaN": _line(b'{"id":"a","tags":{"x":NaN}}'),
    "Infinity": _line(b'{"id":"a","tags":{"x":-Infinity}}'),
    "number beyond all": _line(b'{"id":"a","tags":{"x":1e999}}', Code.TWIN_NUMBER),
    "number with 5,000 digits": _line(b'{"id":"a","tags":{"x":' + b"9" * 5000 + b"}}",
                                      Code.NOT_JSON),
    "number with 4,000 digits": _line(b'{"id":"a","tags":{"x":' + b"9" * 4000 + b"}}",
                                      Code.TWIN_NUMBER),
    "number with a leading zero": _line(b'{"id":"a","tags":{"x":007}}'),
    "hexadecimal number": _line(b'{"id":"a","tags":{"x":0x10}}'),
    "member twice": _line(b'{"id":"a","id":"b"}', Code.DUPLICATE_FIELD),
    "member twice, once escaped": _line(b'{"id":"a","\\u0069d":"b"}', Code.DUPLICATE_FIELD),
    "member twice in a twin": _line(b'{"id":"a","tags":{"x":[{"y":1,"y":2}]}}',
                                    Code.DUPLICATE_FIELD),
    "trailing comma": _line(b'{"id":"a",}'),
    "comma behind each line": Hostile(b'{"id":"a"},\n{"id":"b"},\n', Code.NOT_JSON),
    "single quotes": _line(b"{'id':'a'}"),
    "names without quotes": _line(b'{id:"a"}'),
    "comment": _line(b'{"id":"a"} // the first'),
    "comment inside": _line(b'{"id":"a"/* the first */}'),
    "repr of Python": _line(b"{'id': 'a', 'iotEdge': True, 'tags': None}"),
    "two objects on a line": _line(b'{"id":"a"}{"id":"b"}'),
    "two objects on a line with a blank": _line(b'{"id":"a"} {"id":"b"}'),
    "line that was cut off": _line(b'{"id":"a","status":"ena'),
    "missing quote": _line(b'{"id":"a,"status":"enabled"}'),
    "missing colon": _line(b'{"id" "a"}'),
    "wrong bracket": _line(b'{"id":"a","tags":{"x":1]}'),
    "bad escape": _line(b'{"id":"a\\x41"}'),
    "bad escape of Unicode": _line(b'{"id":"\\u00zz"}'),
    "backslash at the end": _line(b'{"id":"a\\'),
    "array on a line": _line(b'[{"id":"a"}]', Code.NOT_AN_OBJECT),
    "text on a line": _line(b'"a"', Code.NOT_AN_OBJECT),
    "number on a line": _line(b"42", Code.NOT_AN_OBJECT),
    "null on a line": _line(b"null", Code.NOT_AN_OBJECT),
    "empty object": _line(b"{}", Code.MISSING_FIELD),
    "name of the device in another case": _line(b'{"ID":"a"}', Code.UNKNOWN_FIELD),
    "name of another tool": _line(b'{"deviceId":"a"}', Code.UNKNOWN_FIELD),
    "member of JavaScript": _line(b'{"id":"a","__proto__":{"admin":true}}', Code.UNKNOWN_FIELD),
    "wrapped list": Hostile(b'{"value":[{"id":"a"}]}', Code.UNKNOWN_FIELD),
    "nested 20 times": _line(_nested(20), Code.TWIN_TOO_DEEP),
    "nested 1,000 times": _line(_nested(1000)),
    "nested 40,000 times": _line(b'{"id":' + b"[" * 40_000),
    "closed too often": _line(b'{"id":"a"}' + b"}" * 40_000),
    "line without end": Hostile(b'{"id":' + b" " * MAX_LINE_BYTES, Code.LINE_TOO_LONG),
    "line that is too long": _line(b'{"id":"' + b"a" * MAX_LINE_BYTES + b'"}', Code.LINE_TOO_LONG),
    "blank line that is too long": _line(b" " * 600_000, Code.LINE_TOO_LONG),
    "id as path": _line(b'{"id":"../../etc/passwd"}', Code.INVALID_ID),
    "id as script": _line(b'{"id":"<script>alert(1)</script>"}', Code.INVALID_ID),
    "id with a line end": _line(b'{"id":"a\\nb"}', Code.INVALID_ID),
    "id of a million letters": _line(b'{"id":"' + b"a" * 200_000 + b'"}', Code.INVALID_ID),
    "id as formula is an id": Hostile(b'{"id":"=1+1"}\n', Code.ID_NEEDS_QUOTING, accepted=1),
    "prefix against inclusion": Hostile(b")]}',\n" + a_line() + b"\n", Code.NOT_JSON, accepted=1),
    "call of a function": Hostile(b'callback([{"id":"a"}])', Code.NOT_JSON),
    "object over several lines": Hostile(b'{\n  "id": "a"\n}\n', RefusalCode.JSON_OBJECT),
    "list in an object": Hostile(
        json.dumps({"devices": [{"id": "a"}]}, indent=2).encode(), RefusalCode.JSON_OBJECT
    ),
    "array of nothing": _array(b"[]", EMPTY),
    "array of ids": _array(b'["a","b"]', Code.NOT_AN_OBJECT),
    "array of arrays": _array(b'[[{"id":"a"}],[{"id":"b"}]]', Code.NOT_AN_OBJECT),
    "array of nulls": _array(b"[null, null]", Code.NOT_AN_OBJECT),
    "array that is not closed": _array(b'[{"id":"a"},{"id":"b"}', accepted=2),
    "array that was cut off": _array(b'[{"id":"a"},{"id":"b","sta', accepted=1),
    "array with a trailing comma": _array(b'[{"id":"a"},]', accepted=1),
    "array without a comma": _array(b'[{"id":"a"}\n{"id":"b"}]', accepted=1),
    "array of commas": _array(b"[" + b"," * 999 + b"]"),
    "two arrays": _array(b'[{"id":"a"}]\n[{"id":"b"}]', accepted=1),
    "line ends in a text of an array": _array(b'[\n{"id":"a\n",\n"status":"enabled"}\n]'),
    "array of brackets": _array(b"[" * 100_000),
    "array of closing brackets": _array(b"[" + b"]" * 100_000),
    "array of braces": _array(b"[" + b"{" * 270_000, RefusalCode.NOT_A_JSON_ARRAY),
    "array of quotes": _array(b"[" + b'"' * 99_999),
    "array with a missing bracket": _array(
        b'[{"id":"a"},{"id":"b","tags":{"x":1},' + b'{"id":"c"},' * 30_000 + b'{"id":"d"}]',
        RefusalCode.NOT_A_JSON_ARRAY,
    ),
    "array with an endless text": _array(
        b'[{"id":"a"},{"id":"' + b"x" * 600_000, RefusalCode.NOT_A_JSON_ARRAY
    ),
    "array with a long item": _array(
        b'[{"id":"a"},{"id":"' + b"x" * 600_000 + b'"},{"id":"c"}]', Code.LINE_TOO_LONG, accepted=2
    ),
    "array with a member twice": _array(b'[{"id":"a","id":"a"}]', Code.DUPLICATE_FIELD),
    "array with NaN": _array(b'[{"id":"a","tags":{"x":NaN}}]'),
    "array that is none": _array(b"42", RefusalCode.NOT_A_JSON_ARRAY),
}  # fmt: skip
