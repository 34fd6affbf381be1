"""The examples of docs/device-file-formats.md."""

import re
from pathlib import Path

from shared.domain.formats.csv_header import names_a_field
from shared.domain.formats.gunzip import FREE_BYTES, MAX_BYTES, MAX_RATIO
from shared.domain.parts import Part
from tests.unit.domain.validated import Validated


PAGE = (Path(__file__).parents[2] / "docs" / "device-file-formats.md").read_text()


def example(language: str) -> bytes:
    """Return the one example in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found).encode()


def test_the_table_is_good():
    """And its cells have the types that the page says."""
    outcome = Validated(example("csv"))
    assert outcome.counts == (2, 0, 0)
    assert outcome.part(Part.WARNINGS) == b""
    assert [device["tags"]["serial"] for device in outcome.devices] == ["007", "12"]
    assert outcome.devices[0]["properties"]["desired"]["interval"] == 60
    assert outcome.devices[1]["properties"]["desired"]["interval"] == {"fast": 1, "slow": 60}


def test_the_identifiers_are_good():
    """One of each type."""
    outcome = Validated(example("intune"), kind="intune")
    assert outcome.counts == (3, 0, 0)
    assert len(outcome.tally.by("authentication")) == 3


def test_the_columns_are_known():
    """Every name that the page gives a column."""
    columns = re.findall(r"`((?:authentication|\w+(?:Key|Type|Scopes))[\w.]*)`", PAGE)
    assert len(columns) >= 4
    assert all(map(names_a_field, set(columns) - {"importedDeviceIdentityType"}))


def test_the_limits_are_those_of_the_code():
    """In the page's units."""
    assert f"{MAX_BYTES >> 30} GB" in PAGE
    assert f"{FREE_BYTES >> 20} MB" in PAGE
    assert MAX_RATIO == 100
    assert "a hundred times" in PAGE
