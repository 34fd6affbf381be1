"""What is dropped at Intune and is no list of corporate identifiers."""

from collections.abc import Mapping

from shared.domain.formats.refusals import RefusalCode
from shared.domain.rules import Code
from tests.builders import a_file, a_line
from tests.unit.domain.formats.hostile.archives import zipped
from tests.unit.domain.formats.hostile.file import EMPTY, Hostile


def _rows(content: bytes, ends: str, accepted: int = 0) -> Hostile:
    return Hostile(content, ends, accepted, "serials.csv", "intune")


FILES: Mapping[str, Hostile] = {
    "no identifiers": _rows(b"", EMPTY),
    "rows of nothing": _rows(b",\n,\n\n", EMPTY),
    "identifiers with a header": _rows(b"Serial Number,Details\nSN1,x\n", Code.HEADER_ROW, 1),
    "headers in the middle": _rows(b"SN1\nidentifier\nSN2\n", Code.HEADER_ROW, 2),
    "table of devices": _rows(b"id,status,tags.x,tags.y\na,enabled,1,2\n", Code.WRONG_CELLS),
    "device file": Hostile(a_file(a_line()), Code.UNKNOWN_FIELD, kind="intune"),
    "IMEI with blanks": _rows(b"49 015420 323751 8\n", Code.INVALID_IDENTIFIER),
    "IMEI as a spreadsheet shows it": _rows(b"4.90154E+14\n", Code.INVALID_IDENTIFIER),
    "serial number with umlauts": _rows("SN-Ü1\n".encode(), Code.INVALID_IDENTIFIER),
    "serial number in Latin-1": _rows(b"SN-\xdc1\n", Code.NOT_UTF8),
    "formula as identifier": _rows(b"=HYPERLINK(1)\n", Code.INVALID_IDENTIFIER),
    "manufacturer that nobody sees": _rows(
        "Contoso\N{ZERO WIDTH SPACE},Book,S1\n".encode(), Code.INVALID_IDENTIFIER
    ),
    "identifier twice": _rows(b"SN1,x\nSN1,y\n", Code.DUPLICATE_DEVICE, 1),
    "quote that is not closed in identifiers": _rows(b'SN1\n"SN2\nSN3\n', Code.BAD_QUOTES, 1),
    "quote that takes in all identifiers": _rows(
        b'SN1\n"SN2\n' + b"SN3\n" * 100_000, RefusalCode.CSV_UNCLOSED_QUOTE
    ),
    "workbook of identifiers": _rows(zipped({"xl/a.xml": b"x"}), RefusalCode.SPREADSHEET),
    "identifiers in UTF-16": _rows("SN1\r\n".encode("utf-16"), RefusalCode.UTF16),
    "identifier with a lone surrogate": Hostile(
        b'[{"importedDeviceIdentifier":"a","description":"\\ud800"}]',
        Code.NOT_JSON,
        kind="intune",
    ),
    "identifier in NaN": Hostile(
        b'{"importedDeviceIdentifier":NaN}', Code.NOT_JSON, kind="intune"
    ),
    "identifier over several lines": Hostile(
        b'{\n"importedDeviceIdentifier":"a"\n}', RefusalCode.JSON_OBJECT, kind="intune"
    ),
}
