"""From the entries of a file to its parts, in memory."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.defaults import Defaults
from shared.domain.parts import Part
from shared.domain.rules import Code
from tests.builders import a_file, a_line
from tests.soundness.both_ways import counted, without_patterns
from tests.soundness.files import validated
from tests.unit.domain.validated import Validated


SAMPLES = Path(__file__).parents[3] / "samples"


def test_good_lines_keep_their_bytes_and_their_numbers():
    """What the hub will read, and where it came from."""
    file = a_file(a_line("a"), b"rubbish", a_line("b"), b"", a_line("c"))
    outcome = Validated(file)
    assert outcome.part(Part.DEVICES) == a_file(a_line("a"), a_line("b"), a_line("c"))
    assert outcome.numbers == [1, 3, 5]


def test_what_others_build_on_goes_first():
    """Devices, then children, then modules, each in the order of the file."""
    module, child = (
        a_line("e", moduleId="m"),
        a_line("leaf", deviceScope="ms-azure-iot-edge://e-1"),
    )
    edge = a_line("e", capabilities={"iotEdge": True})
    outcome = Validated(a_file(module, child, edge, a_line("d")))
    assert outcome.part(Part.DEVICES) == a_file(edge, a_line("d"), child, module)
    assert outcome.numbers == [3, 4, 2, 1]


def test_a_chain_of_edge_devices_goes_parents_first():
    """Though the leaf stands first in the file: each line names a parent that is there by then."""
    scope = "ms-azure-iot-edge://{}-638".format
    edge = {"capabilities": {"iotEdge": True}}
    lines = [
        a_line("low", **edge, parentScopes=[scope("top")], moduleId="m"),
        a_line("leaf", deviceScope=scope("low")),
        a_line("low", **edge, deviceScope=scope("low"), parentScopes=[scope("top")]),
        a_line("top", **edge, deviceScope=scope("top")),
    ]
    outcome = Validated(a_file(*lines))
    assert outcome.part(Part.DEVICES) == a_file(*reversed(lines[1:]), lines[0])
    assert outcome.numbers == [4, 3, 2, 1]


def test_every_finding_is_told_with_its_place():
    """As JSON and as a row for spreadsheets."""
    outcome = Validated(a_file(a_line("a"), b'{"id":"b c","statsu":1}'))
    told = outcome.objects(Part.REJECTED)
    assert [(one["line"], one["field"], one["code"]) for one in told] == [
        (2, "id", "invalid_id"),
        (2, "statsu", "unknown_field"),
    ]
    rows = outcome.part(Part.REJECTED_CSV).decode().splitlines()
    assert [row.split(",")[0] for row in rows] == ["line", "2", "2"]


def test_no_cell_can_be_taken_for_a_formula():
    """A spreadsheet that opens the file must not run what a file says."""
    outcome = Validated(b'{"id":"=cmd|x","statsu":1}\n')
    assert ",'=cmd|x," in outcome.part(Part.REJECTED_CSV).decode()


def test_rejected_entries_are_kept_as_they_were_sent():
    """Ready to be mended and dropped again."""
    outcome = Validated(a_file(b" {oops} ", a_line("a"), b"[]"))
    assert outcome.part(Part.ENTRIES) == b"{oops}\n[]"


def test_counts_are_exact_whatever_is_kept_in_detail():
    """Beyond the limit each line is still told, by its first code alone."""
    outcome = Validated(a_file(*[b'{"id":"b c","statsu":1}'] * 50), details=4)
    told = outcome.objects(Part.REJECTED)
    assert outcome.tally.found == {Code.INVALID_ID: 50, Code.UNKNOWN_FIELD: 50}
    assert [one["line"] for one in told] == [1, 1, 2, 2, *range(3, 51)]
    assert told[3]["message"]
    assert not told[4]["message"]


def test_an_error_stands_for_a_line_and_not_a_warning():
    """Where only one finding is told, and wherever the first one is taken."""
    line = b'{"id":"a","importMode":"update","tags":{"a":null}}'
    for details in (0, 10):
        told = Validated(a_file(line), details=details).objects(Part.REJECTED)
        assert told[0]["code"] == Code.TWIN_NULL


def test_warnings_are_told_and_the_line_goes_on():
    """Legal, but dangerous."""
    outcome = Validated(a_file(b'{"id":"a","importMode":"update"}'))
    codes = {one["code"] for one in outcome.objects(Part.WARNINGS)}
    assert codes == {"new_keys", "update_enables"}
    assert outcome.tally.accepted == 1


def test_a_device_that_stands_twice_is_found_in_a_second_pass():
    """It is rejected where it stands again; everything else is as before."""
    lines = [a_line(f"d{number}") for number in range(2000)]
    outcome = Validated(a_file(*lines, a_line("d7"), b"", a_line("d8", moduleId="m")))
    (rejected,) = outcome.objects(Part.REJECTED)
    assert (rejected["line"], rejected["code"]) == (2001, "duplicate_device")
    assert "line 8" in rejected["message"]
    assert (outcome.tally.accepted, outcome.tally.skipped) == (2001, 1)
    assert outcome.numbers == [*range(1, 2001), 2003]


def test_the_summary_counts_what_is_asked_for():
    """By mode, status and authentication; and what would become of the devices."""
    outcome = Validated((SAMPLES / "every-mode.devices.txt").read_bytes())
    assert sum(outcome.tally.by("mode").values()) == 9
    assert outcome.tally.effects() == {
        "create": 1,
        "create_or_replace": 2,
        "replace": 2,
        "write_twin": 2,
        "delete": 2,
    }


@given(
    st.lists(
        st.sampled_from([a_line("a"), a_line("b"), b"", b"{}", b"x", a_line("c", moduleId="m")]),
        max_size=80,
    ),
    st.sampled_from([b"", b"\n"]),
)
def test_every_line_is_accounted_for_once(lines: list[bytes], end: bytes):
    """Accepted, rejected and skipped lines make the file, and each number is told once."""
    content = b"\n".join(lines) + end
    outcome = Validated(content)
    kept = {one["line"] for part in (Part.REJECTED, Part.SKIPPED) for one in outcome.objects(part)}
    assert outcome.tally.total == content.count(b"\n") + bool(content and content[-1:] != b"\n")
    assert sorted([*kept, *outcome.numbers]) == list(range(1, outcome.tally.total + 1))
    assert len(outcome.part(Part.DEVICES).splitlines()) == outcome.tally.accepted


ids = st.sampled_from(["a", "A", "b", "B", "c", "x y", "d#1"])
members = st.sampled_from(
    [
        *({"status": "enabled"}, {"status": "disabled", "importMode": "update"}, {"status": None}),
        *({}, {"tags": {"n": 1}}, {"importMode": "Create"}, {"importMode": "upsert"}),
        *({"moduleId": "m"}, {"moduleId": "M"}, {"moduleId": "$edgeHub"}),
        {"deviceScope": "ms-azure-iot-edge://e-1", "status": "enabled"},
    ]
)
entries = st.builds(lambda device, more: {"id": device} | more, ids, members).map(
    json.JSONEncoder(separators=(",", ":")).encode
)
cells = st.tuples(ids, *map(st.sampled_from, (["", "m"], ["create", "", "x"], ["7", "A", ""])))
#: How files of each format begin, what stands in them, between it and at their end.
WRITTEN = {
    "x.txt": ("", entries | st.sampled_from(["", "{", " "]), "\n", ""),
    "x.json": ("[", entries, ",\n", "]"),
    "x.csv": ("id,moduleId,importMode,tags.n\n", cells.map(",".join), "\n", ""),
}
#: An entry of each that is good, and teaches a pattern if it comes often enough.
GOOD = {"x.txt": '{"id":"%s"}', "x.json": '{"id":"%s"}', "x.csv": "%s,,create,7"}


@pytest.mark.parametrize("name", WRITTEN)
@settings(max_examples=50)
@given(st.data(), st.builds(Defaults, st.sampled_from([None, "create"])), st.integers(0, 2000))
def test_a_file_is_judged_as_without_patterns(
    name: str, data: st.DataObject, defaults: Defaults, details: int
):
    """Every part is the same byte for byte, also where devices come again or modules alone."""
    head, some, between, tail = WRITTEN[name]
    lessons = [GOOD[name] % f"{number:0120}" for number in range(150)]  # more than a first block
    drawn = data.draw(st.lists(some, max_size=40))
    content = (head + between.join([*lessons, *drawn]) + tail).encode()
    with counted() as count:
        together = validated(name, content, defaults, details)
    assert count.by_patterns
    with without_patterns():
        assert validated(name, content, defaults, details) == together


@pytest.mark.parametrize(
    ("name", "accepted", "rejected", "skipped"),
    [
        ("dotnet-bulk-create.devices.txt", 1000, 0, 0),
        ("hub-export.devices.txt", 203, 0, 2),
        ("hub-export-without-keys.devices.txt", 20, 0, 1),
        ("every-mode.devices.txt", 9, 0, 0),
        ("docs-example.devices.txt", 0, 5, 0),
        ("common-mistakes.devices.txt", 4, 19, 1),
        ("node-bulk.json", 12, 0, 0),
        ("factory-list.csv", 50, 0, 0),
        ("factory-list-x509.csv", 20, 0, 0),
    ],
)
def test_files_of_real_tools(name: str, accepted: int, rejected: int, skipped: int):
    """What real tools write is judged as people who use them would expect."""
    tally = Validated((SAMPLES / name).read_bytes(), name).tally
    assert (tally.accepted, tally.rejected, tally.skipped) == (accepted, rejected, skipped)
