"""Whatever tool wrote the devices, and in which format: they are read as they were meant."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.parts import Part
from tests.unit.domain.formats.reading import cut, cuts
from tests.unit.domain.formats.written import (
    BOM,
    COLUMNS,
    Device,
    as_judged,
    dialects,
    lists_of_devices,
    ndjson,
    packed,
    styles,
    table,
)
from tests.unit.domain.validated import Validated


def assert_read(content: bytes, devices: Sequence[Device], sizes: Sequence[int], form: str):
    """Assert that a file is read as these devices, cut in any way, packed or not."""
    for file in (content, packed(content)):
        outcome = Validated(list(cut(file, sizes)), "devices")
        assert outcome.form.name == form
        assert outcome.devices == list(map(as_judged, devices))
        assert outcome.counts == (len(devices), 0, 0)


@given(
    lists_of_devices.filter(bool),
    st.sampled_from([b"\n", b"\r\n", b" \t\r\n"]),
    st.booleans(),
    st.booleans(),
    cuts,
)
def test_lines_are_read_as_they_were_meant(
    devices: Sequence[Device], line_end: bytes, ascii_only, bom, sizes
):
    """With any line end, with or without byte order mark, with or without escapes."""
    content = (BOM if bom else b"") + ndjson(devices, line_end, ensure_ascii=ascii_only)
    assert_read(content, devices, sizes, "ndjson")
    assert_read(content.removesuffix(line_end), devices, sizes, "ndjson")


@given(lists_of_devices, styles, st.booleans(), cuts)
def test_an_array_is_read_as_it_was_meant(
    devices: Sequence[Device], style: Mapping[str, Any], bom, sizes
):
    """Compact or pretty-printed."""
    content = (BOM if bom else b"") + json.dumps(devices, **style).encode()
    assert_read(content, devices, sizes, "json")


@given(lists_of_devices, dialects, st.booleans(), cuts)
def test_a_table_is_read_as_it_was_meant(
    devices: Sequence[Device], dialect: Mapping[str, Any], bom, sizes
):
    """With any delimiter and line end, quotes wherever tools put them, line ends inside cells."""
    content = table(devices, bom=bom, **dialect)
    in_columns = [_as_in_a_table(device) for device in devices]
    assert_read(content, in_columns, sizes, "csv")


@given(lists_of_devices)
def test_canonical_lines_keep_their_bytes(devices: Sequence[Device]):
    """In lines and in arrays."""
    lines = [json.dumps(as_judged(device)).encode() for device in devices]
    array = b"[\n" + b",\n  ".join(lines) + b"]"
    for content in (b"".join(line + b"\r\n" for line in lines), array):
        assert Validated(content).lines(Part.DEVICES) == lines


@pytest.mark.parametrize(
    "write", [ndjson, lambda some: json.dumps(some, indent=1).encode(), table]
)
def test_a_file_of_many_blocks_is_read_as_it_was_meant(write: Callable[..., bytes]):
    """Wherever blocks and chunks end."""
    devices = [
        {"id": f"d{number}", "status": "enabled", "tags": {"text": "ä\n" * (number % 50 + 1)}}
        for number in range(6000)
    ]
    content = write(devices)
    for sizes in ([1 << 20], [70_001], [65_536, 1]):
        outcome = Validated(list(cut(content, sizes)), "devices")
        assert outcome.devices == devices


def _as_in_a_table(device: Device) -> Device:
    """Return what a table can say of a device: nothing of null and of empty objects."""
    kept: dict[str, Any] = {}
    for path, _ in COLUMNS.values():
        value: Any = device
        for name in path:
            value = (value or {}).get(name)
        if value is not None:
            inside = kept
            for name in path[:-1]:
                inside = inside.setdefault(name, {})
            inside[path[-1]] = value
    return kept
