"""The content tells the format, and the name where the content is not certain."""

import gzip
from itertools import product

import pytest

from shared.domain.formats.chunks import CHUNK
from shared.domain.formats.corporate_identifiers import IdentifierRows
from shared.domain.formats.csv_rows import CsvRows
from shared.domain.formats.format import FileRefused
from shared.domain.formats.items import Items
from shared.domain.formats.json_array import JsonArray
from shared.domain.formats.ndjson import Ndjson
from shared.domain.formats.recognition import Kind, recognise
from shared.domain.formats.refusals import RefusalCode
from tests.unit.domain.formats.reading import cut


NAMES = (
    *("x.txt", "x.ndjson", "x.jsonl", "x.json", "x.csv", "x.tsv", "x.log"),
    *("x", "x.xml", "x.CSV.GZ", "factory-a/2026/devices.txt", ""),
)


def format_of(content: bytes, name: str = "x", kind: Kind = "devices") -> type:
    return type(recognise(name, iter([content]), kind)[0])


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)  # the same each time, for it names a test


def refusal_of(content: bytes, name: str = "x") -> str:
    with pytest.raises(FileRefused) as refused:
        format_of(content, name)
    return refused.value.code


CERTAIN = [
    (b'{"id":"a"}\n{"id":"b"}\n', Ndjson),
    (b' \r\n{"id":"a"}', Ndjson),
    (b'{"id":"a"},\n{"id":"b"},\n', Ndjson),
    (b'{"id":"a",\n{"id":"b"}\n', Ndjson),
    (b'{\n{"id":"b"}\n', Ndjson),
    (b'[{"id":"a"}]', JsonArray),
    (b'\n[\n  {\n    "id": "a"\n  }\n]', JsonArray),
    (b"[]", JsonArray),
    (b"id,status\na,enabled\n", CsvRows),
    (b'\r\n"ID";"tags.a"\n', CsvRows),
    (b"id\n", CsvRows),
    (b"", Ndjson),
    (b" \n", Ndjson),
]


@pytest.mark.parametrize(("content", "form"), CERTAIN)
def test_content_that_is_certain_needs_no_name(content: bytes, form: type):
    """Whatever the name says; packed or not, with or without byte order mark."""
    for name, bom in product(NAMES, [b"", b"\xef\xbb\xbf"]):
        assert format_of(bom + content, name) is form
        assert format_of(gzip.compress(bom + content), name) is form


@pytest.mark.parametrize(
    ("content", "name", "form"),
    [
        (b"rubbish\n", "devices.txt", Ndjson),
        (b"rubbish\n", "devices.LOG", Ndjson),
        (b"rubbish\n", "devices.txt.gz", Ndjson),
        (b"rubbish\n", "devices.csv", CsvRows),
        (b"rubbish\n", "Devices.TSV.Gz", CsvRows),
        (b"rubbish\n", "devices.json", JsonArray),
        (b"rubbish\n{}\n", "devices", Ndjson),
        (b"[1]\n{}\n", "retry.ndjson", Ndjson),
        (b"[1]\n{}\n", "devices.txt", JsonArray),
        (b'{\n"id":"a"}\n', "retry.jsonl", Ndjson),
        (b"id,statsu\n", "devices.txt", CsvRows),
        (b"id,statsu\n", "retry.ndjson", Ndjson),
        (b"status\n", "retry.ndjson", Ndjson),
        (b"Warning: an id, or status\n{}\n", "devices.txt", Ndjson),
    ],
)
def test_the_name_tells_where_the_content_is_not_certain(content: bytes, name: str, form: type):
    """A name that can mean nothing but lines is believed most."""
    assert format_of(content, name) is form


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"rubbish", "devices", RefusalCode.UNKNOWN_FORMAT),
        (b"rubbish", "devices.yaml", RefusalCode.UNKNOWN_FORMAT),
        (b"rubbish", "csv", RefusalCode.UNKNOWN_FORMAT),
        (b'{\n  "id": "a"\n}', "x.json", RefusalCode.JSON_OBJECT),
        (b"{}".replace(b"{", b"{\n\n"), "x.json", RefusalCode.JSON_OBJECT),
        (b'{"devices": [\n  {"id": "a"}\n]}', "x.txt", RefusalCode.JSON_OBJECT),
        (b'{"id": "a",\r\n "status": "enabled"}', "x", RefusalCode.JSON_OBJECT),
        (packed(packed(b"{}")), "x.gz", RefusalCode.GZIP_IN_GZIP),
        (packed(b"PK\3\4" + bytes(30)), "x.gz", RefusalCode.ARCHIVE),
        (packed(bytes(100)), "x.gz", RefusalCode.BINARY),
    ],
)
def test_what_has_no_format_is_refused(content: bytes, name: str, code: RefusalCode):
    """With a reason by which the sender knows what to do."""
    assert refusal_of(content, name) == code


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"SN1,rack\n", IdentifierRows),
        (b"id,status\n", IdentifierRows),
        (b"rubbish", IdentifierRows),
        (b'"{x}",a\n', IdentifierRows),
        (b'{"importedDeviceIdentifier":"a"}', Items),
        (b'[{"importedDeviceIdentifier":"a"}]', Items),
        (b"", Items),
    ],
)
def test_corporate_identifiers_have_formats_of_their_own(content: bytes, form: type):
    """What is no JSON is a row, as there is no header by which a table could be told."""
    assert format_of(content, "x", "intune") is form
    assert format_of(gzip.compress(content), "x.csv", "intune") is form


def test_the_beginning_decides_wherever_it_is_cut():
    """What stands far behind it does not count."""
    content = b"rubbish\n" + b" " * CHUNK + b"\n{}\n"
    for size in (1 << 20, CHUNK, 1000):
        form, _ = recognise("x.csv", cut(content, [size]))
        assert isinstance(form, CsvRows)


def test_the_content_is_still_whole():
    """Unpacked, and without its byte order mark, of which only the first is one."""
    bom = b"\xef\xbb\xbf"
    for content in (bom + bom + b"{}", gzip.compress(bom + bom + b"{}")):
        for size in (1, 100):
            _, whole = recognise("x.txt", cut(content, [size]))
            assert b"".join(whole) == bom + b"{}"
