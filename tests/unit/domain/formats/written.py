"""Devices of any sort, and files of them as all sorts of tools write them."""

import base64
import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st


type Device = Mapping[str, Any]

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()

_ids = st.text("abcXYZ019-:._*!(),=@;$'+%#?", min_size=1, max_size=20)
_keys = st.binary(min_size=16, max_size=64).map(lambda key: base64.b64encode(key).decode())
_texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\"',;|%\n\r\t{[\\"),
    min_size=1,
    max_size=20,
)
_numbers = st.integers(-(2**52), 2**52 - 1) | st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
_names = st.text("abcäéж0-_%", min_size=1, max_size=5)
_values = st.recursive(
    st.booleans() | _numbers | _texts,
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(_names, inside, max_size=2),
    max_leaves=4,
)


def _optional(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=members).filter(bool)


_authentication = st.sampled_from(
    [{"type": "certificateAuthority"}, {"type": "sas", "symmetricKey": None}]
) | st.fixed_dictionaries(
    {
        "type": st.just("sas"),
        "symmetricKey": st.fixed_dictionaries({"primaryKey": _keys, "secondaryKey": _keys}),
    }
)
#: Devices with at most these members, below which tables have columns; see `COLUMNS`.
devices = st.fixed_dictionaries(
    {"id": _ids},
    optional={
        "importMode": st.sampled_from(["create", "update", "createOrUpdate"]),
        "status": st.sampled_from(["enabled", "disabled"]),
        "statusReason": _texts,
        "authentication": _authentication,
        "tags": _optional(text=_texts, number=_numbers, truth=st.booleans()),
        "properties": st.fixed_dictionaries(
            {"desired": _optional(deep=st.dictionaries(_names, _values, max_size=2))}
        ),
        "capabilities": st.fixed_dictionaries({"iotEdge": st.booleans()}),
    },
)
#: Several devices, each of which stands there once.
lists_of_devices = st.lists(
    devices, max_size=6, unique_by=lambda device: str(device["id"]).lower()
)


def as_judged(device: Device) -> Device:
    """Return what a device becomes when it is accepted."""
    return {"status": "enabled", **device}


def ndjson(devices: Sequence[Device], line_end: bytes = b"\n", **style: Any) -> bytes:
    """Return devices one a line, in a style of `json.dumps`."""
    return b"".join(json.dumps(device, **style).encode() + line_end for device in devices)


#: Styles of `json.dumps`, as tools write arrays: compact, with spaces, pretty.
styles: st.SearchStrategy[Mapping[str, Any]] = st.fixed_dictionaries(
    {
        "ensure_ascii": st.booleans(),
        "indent": st.sampled_from([None, 0, 1, 2, 4, "\t"]),
        "separators": st.sampled_from([None, (",", ":"), (" , ", " : ")]),
    }
)

#: How a member is found in a device, and written into a cell, by the column's title.
COLUMNS: Mapping[str, tuple[tuple[str, ...], Callable[[Any], str]]] = {
    "id": (("id",), str),
    "importMode": (("importMode",), str),
    "status": (("status",), str),
    "authentication.type": (("authentication", "type"), str),
    "statusReason": (("statusReason",), str),
    "primaryKey": (("authentication", "symmetricKey", "primaryKey"), str),
    "authentication.symmetricKey.secondaryKey": (
        ("authentication", "symmetricKey", "secondaryKey"),
        str,
    ),
    "tags.text:text": (("tags", "text"), str),
    "tags.number": (("tags", "number"), json.dumps),
    "TAGS.truth": (("tags", "truth"), json.dumps),
    "desired.deep": (("properties", "desired", "deep"), json.dumps),
    "iotEdge": (("capabilities", "iotEdge"), json.dumps),
}


def _cell(device: Any, path: Sequence[str], write: Callable[[Any], str]) -> str:
    for name in path:
        device = (device or {}).get(name)
    return "" if device is None else write(device)


#: How spreadsheets and scripts write tables.
dialects: st.SearchStrategy[Mapping[str, Any]] = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|"),
        "lineterminator": st.sampled_from(["\n", "\r\n", "\r"]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    }
)


def table(devices: Sequence[Device], *, bom: bool = False, **dialect: Any) -> bytes:
    """Return devices as a table with every column of `COLUMNS`, in a dialect of `csv.writer`."""
    text = io.StringIO()
    rows = csv.writer(text, **dialect)
    rows.writerow(COLUMNS)
    for device in devices:
        rows.writerow(_cell(device, *column) for column in COLUMNS.values())
    return (BOM if bom else b"") + text.getvalue().encode()


def packed(content: bytes) -> bytes:
    """Return a file as gzip packs it, always the same."""
    return gzip.compress(content, mtime=0)
