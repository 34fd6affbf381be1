"""Corporate identifiers for Intune: rows without a header, and the items that Graph takes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.device_line import MAX_LINE_BYTES
from shared.domain.formats.corporate_identifiers import identifier_template
from shared.domain.parts import Part
from shared.domain.rules import RULES, Code
from tests.unit.domain.formats.reading import cut, cuts
from tests.unit.domain.validated import Validated


SAMPLES = Path(__file__).parents[4] / "samples"
IMEI = "490154203237518"


def intune(content: bytes, name: str = "x.csv") -> Validated:
    return Validated(content, name, "intune")


def item(**members: Any) -> bytes:
    """Return an item of JSON: a serial number, but for the changes."""
    names = {"identifier": "importedDeviceIdentifier", "type": "importedDeviceIdentityType"}
    given = {"identifier": "SN1", **members}
    return json.dumps({names.get(name, name): value for name, value in given.items()}).encode()


@pytest.mark.parametrize(
    ("row", "identifier", "kind"),
    [
        ("SN-1 a_b/c+d#e*(f)", "SN-1 a_b/c+d#e*(f)", "serialNumber"),
        (IMEI, IMEI, "imei"),
        ("Contoso,Book 2,SER-1", "Contoso,Book 2,SER-1", "manufacturerModelSerial"),
        ('"Müller & Söhne"," X ",1', "Müller & Söhne,X,1", "manufacturerModelSerial"),
    ],
)
def test_rows_are_what_intune_takes(row: str, identifier: str, kind: str):
    """One cell, or manufacturer, model and serial number; the type is told by the content."""
    (device,) = intune(row.encode()).devices
    assert device["importedDeviceIdentifier"] == identifier
    assert device["importedDeviceIdentityType"] == kind
    assert device.get("platform") == ("windows" if kind == "manufacturerModelSerial" else None)


def test_details_stand_in_the_second_cell():
    """They are optional."""
    first, second = intune(b"SN1;rack 1, left\nSN2;\n").devices
    assert first["description"] == "rack 1, left"
    assert "description" not in second


@pytest.mark.parametrize(
    ("row", "field", "code", "details"),
    [
        ("identifier,details", "", Code.HEADER_ROW, {}),
        ("Serial Number", "", Code.HEADER_ROW, {}),
        ("a,b,c,d", "", Code.WRONG_CELLS, {"cells": 4, "columns": "at most 3"}),
        ('"a"b', "", Code.BAD_QUOTES, {"lines": 1}),
        ("S^1", "identifier", Code.INVALID_IDENTIFIER,
         {"expected": "a serial number of letters and digits, or an IMEI in digits only"}),
        ("49 015420 323751 8", "identifier", Code.INVALID_IDENTIFIER,
         {"expected": "a serial number of letters and digits, or an IMEI in digits only"}),
        ("Contoso,,SER", "identifier", Code.INVALID_IDENTIFIER,
         {"expected": "manufacturer, model and serial number, each of them given"}),
        ("Conto\N{ZERO WIDTH SPACE}so,B,SER", "identifier", Code.INVALID_IDENTIFIER,
         {"expected": "manufacturer, model and serial number, each of them given"}),
        (f"SN1,{'x' * 129}", "details", Code.TOO_LONG, {"length": 129}),
        (",rack", "identifier", Code.MISSING_FIELD, {}),
    ],
)  # fmt: skip
def test_a_broken_rule_about_rows_is_named(
    row: str, field: str, code: Code, details: Mapping[str, Any]
):
    """With its row and what people call the cell; the other rows go on."""
    outcome = intune(f"SN0\n{row}\nSN9\n".encode())
    (found,) = outcome.objects(Part.REJECTED)
    assert (found["line"], found["field"], found["code"]) == (2, field, code)
    assert found["message"] == RULES[code].says.format_map(details)
    assert outcome.numbers == [1, 3]


@pytest.mark.parametrize(
    ("row", "code", "details"),
    [
        ("S.N.1", Code.DOTS_REMOVED, {}),
        (
            "490154203237519",
            Code.UNUSUAL_IMEI,
            {"why": "its last digit does not check the others"},
        ),
        ("49015420323751", Code.UNUSUAL_IMEI, {"why": "it has 14 digits, mostly it has 15"}),
    ],
)
def test_what_is_odd_goes_on_with_a_warning(row: str, code: Code, details: Mapping[str, Any]):
    """As Intune would take it."""
    outcome = intune(row.encode())
    (found,) = outcome.objects(Part.WARNINGS)
    assert (found["line"], found["field"], found["code"]) == (1, "identifier", code)
    assert found["message"] == RULES[code].says.format_map(details)
    assert outcome.devices[0]["importedDeviceIdentifier"] == row.replace(".", "")


@given(st.integers(10**13, 10**14 - 1))
def test_an_imei_that_checks_is_not_odd(digits: int):
    """One of ten last digits does."""
    found = [intune(f"{digits}{last}".encode()).tally.found for last in range(10)]
    assert sum(not one for one in found) == 1


def test_members_of_graph_are_taken():
    """What Graph sets itself is left out, as in an export."""
    exported = item(
        type="imei",
        identifier=IMEI,
        description="rack",
        platform="android",
        id="6f0c",
        enrollmentState="notContacted",
        createdDateTime="2026-01-01T00:00:00Z",
    )
    for content in (exported, b"[" + exported + b"]"):
        (device,) = intune(content, "x.json").devices
        assert device == {
            "importedDeviceIdentifier": IMEI,
            "importedDeviceIdentityType": "imei",
            "description": "rack",
            "platform": "android",
        }


@pytest.mark.parametrize(
    ("line", "field", "code"),
    [
        (item(type="serial"), "importedDeviceIdentityType", Code.UNKNOWN_VALUE),
        (item(identifier=5), "importedDeviceIdentifier", Code.WRONG_TYPE),
        (item(identifier=""), "importedDeviceIdentifier", Code.MISSING_FIELD),
        (item(identifier="S^"), "importedDeviceIdentifier", Code.INVALID_IDENTIFIER),
        (item(type="imei", identifier="1234"), "importedDeviceIdentifier",
         Code.INVALID_IDENTIFIER),
        (item(type="manufacturerModelSerial", identifier="a,b"), "importedDeviceIdentifier",
         Code.INVALID_IDENTIFIER),
        (item(details="x"), "details", Code.UNKNOWN_FIELD),
        (item(description="x" * 129), "description", Code.TOO_LONG),
        (item(identifier="S\ud800"), "", Code.NOT_JSON),
        (item()[:-1], "", Code.NOT_JSON),
        (item()[:-1] + b',"platform":NaN}', "", Code.NOT_JSON),
        (item()[:-1] + b',"platform":"ios","platform":"ios"}', "platform", Code.DUPLICATE_FIELD),
        (b'{"importedDeviceIdentifier":"\xff"}', "", Code.NOT_UTF8),
        (b"[]", "", Code.NOT_AN_OBJECT),
        (b'{"a":' * 300 + b"1" + b"}" * 300, "", Code.NOT_JSON),
        (item() + b" " * MAX_LINE_BYTES + b"oops", "", Code.LINE_TOO_LONG),
    ],
)  # fmt: skip
def test_a_broken_rule_about_items_is_named(line: bytes, field: str, code: Code):
    """With its line and the member; the other lines go on."""
    content = item() + b"\n" + line + b"\n" + item(identifier="SN9") + b"\n"
    outcome = Validated(list(cut(content, [70_000])), "x.ndjson", "intune")
    found = outcome.objects(Part.REJECTED)[0]
    assert (found["line"], found["field"], found["code"]) == (2, field, code)
    assert outcome.numbers == [1, 3]


@pytest.mark.parametrize(
    ("content", "name", "field"),
    [
        (b"SN1,a\nSN2\nSN1,b\n", "x.csv", "identifier"),
        (b"[" + b",".join([item(), item(identifier="SN2"), item()]) + b"]", "x.json",
         "importedDeviceIdentifier"),
    ],
)  # fmt: skip
def test_an_identifier_may_stand_in_a_file_once(content: bytes, name: str, field: str):
    """Whatever its details say."""
    (found,) = intune(content, name).objects(Part.REJECTED)
    assert (found["line"], found["field"]) == (3, field)
    assert found["code"] == Code.DUPLICATE_DEVICE


@given(
    st.lists(
        st.tuples(
            st.from_regex("[0-9A-Za-z][0-9A-Za-z _/+#*()-]{0,20}[0-9A-Z]", fullmatch=True),
            st.text("ab, ;|\t\"é'\n", max_size=8).map(str.strip),
        ).filter(lambda row: row[0].lower() not in {"id", "imei"} and row[0].strip() == row[0]),
        min_size=1,
        unique_by=lambda row: row[0].lower(),
    ),
    cuts,
)
def test_identifiers_come_back_as_rows(rows: list[tuple[str, str]], sizes: list[int]):
    """From the items that Graph takes, in the sender's dialect."""
    table = Validated(list(cut(b"SN;rack\r\n", sizes)), "x.csv", "intune").form
    sent = table.separator.join(
        table.source_of(item(identifier=identifier, description=details, type="serialNumber"))
        for identifier, details in rows
    )
    again = intune(b"SN;rack\r\n" + sent + table.tail).devices[1:]
    assert [
        (device["importedDeviceIdentifier"], device.get("description", "")) for device in again
    ] == [tuple(row) for row in rows]


@pytest.mark.parametrize("name", ["intune-serials.csv", "intune-windows.csv"])
def test_the_samples_are_good(name: str):
    """And come back as they are."""
    content = (SAMPLES / name).read_bytes()
    outcome = intune(content, name)
    assert outcome.tally.rejected == outcome.part(Part.WARNINGS).count(b"\n") == 0
    rows = map(outcome.form.source_of, outcome.lines(Part.DEVICES))
    assert outcome.form.separator.join(rows) + outcome.form.tail == content


def test_the_template_is_good():
    """And warns of nothing."""
    outcome = intune(identifier_template())
    assert outcome.counts == (2, 0, 0)
    assert outcome.part(Part.WARNINGS) == b""
