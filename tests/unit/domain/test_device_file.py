import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.device_file import RepeatedKeys, judge_lines, reject_repeated, split_lines
from shared.domain.device_line import MAX_LINE_BYTES, Accepted, Rejected
from shared.domain.violation import Code
from tests.builders import a_file, a_line


SAMPLES = Path(__file__).parents[3] / "samples"


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    """Cut data into chunks of these sizes, the rest in one."""
    chunks = []
    for size in sizes:
        chunks.append(data[:size])
        data = data[size:]
    return [*chunks, data]


@given(st.lists(st.binary().map(lambda b: b.replace(b"\n", b""))), st.lists(st.integers(0, 9)))
def test_lines_do_not_depend_on_chunks(lines: list[bytes], sizes: list[int]):
    """However a file arrives, its lines are the same; the last needs no line feed."""
    whole = b"\n".join(lines)
    expected = lines[:-1] if lines and not lines[-1] else lines
    assert list(split_lines(cut(whole, sizes))) == expected
    assert list(split_lines(cut(whole + b"\n", sizes))) == (lines or [b""])


def test_only_the_line_feed_ends_a_line():
    """Unicode's other separators may stand inside JSON strings."""
    line = "a\u2028b\x85c\x0bd\re".encode()
    assert list(split_lines([line + b"\n" + line])) == [line, line]


def test_an_endless_line_is_not_kept():
    """Of a line without an end no more is remembered than tells that it is too long."""
    chunk = b"x" * 100_000
    (line,) = split_lines(chunk for _ in range(1000))
    assert MAX_LINE_BYTES < len(line) <= MAX_LINE_BYTES + 1 + len(chunk)


def test_lines_behind_an_endless_one_keep_their_numbers():
    """The long line is one violation, the next line is line 2."""
    judged = list(judge_lines([b"x" * (MAX_LINE_BYTES * 3), b"x\n", a_line("d2")]))
    assert isinstance(judged[0], Rejected)
    assert judged[0].violations[0].code is Code.LINE_TOO_LONG
    assert isinstance(judged[1], Accepted)
    assert judged[1].line == 2


def test_a_byte_order_mark_is_no_part_of_the_file():
    """Windows tools write one before the first line."""
    (judged,) = judge_lines([b"\xef", b"\xbb", b"\xbf" + a_line()])
    assert isinstance(judged, Accepted)
    assert judged.text == a_line()


def repeated(ids: list[str]) -> list[tuple[int, int]]:
    """Return (line, line of the first) of every repeated id, as the two passes find them."""
    lines = [a_file(*(a_line(device_id) for device_id in ids))]
    keys = RepeatedKeys(io.BytesIO())
    assert len(list(keys.watch(judge_lines(lines)))) == len(ids)
    rejected = (
        line.violations[0]
        for line in reject_repeated(judge_lines(lines), keys.suspects())
        if isinstance(line, Rejected)
    )
    return [(v.line, int(v.message.split()[3])) for v in rejected]


@given(st.lists(st.sampled_from("abcdefghijklmnopqrstuvwxyz")))
def test_repeated_devices_are_found_exactly(ids: list[str]):
    """Every line but the first of a device is rejected, and names the first."""
    expected = [
        (number, ids.index(one) + 1)
        for number, one in enumerate(ids, start=1)
        if ids.index(one) + 1 < number
    ]
    assert repeated(ids) == expected


def test_repeated_devices_are_found_across_runs(monkeypatch: pytest.MonkeyPatch):
    """Keys that were written to the scratch file at different times still meet."""
    monkeypatch.setattr(RepeatedKeys, "RUN", 7)
    ids = [f"d{number}" for number in range(100)] + ["d3", "d99"]
    assert repeated(ids) == [(101, 4), (102, 100)]


def test_ids_that_differ_by_case_are_two_devices():
    """The hub tells them apart, so do we."""
    assert repeated(["dup", "Dup"]) == []


@pytest.mark.parametrize(
    ("name", "accepted", "rejected"),
    [
        ("dotnet-bulk-create.devices.txt", 1000, 0),
        ("hub-export.devices.txt", 203, 0),
        ("every-mode.devices.txt", 9, 0),
        ("docs-example.devices.txt", 0, 5),
        ("common-mistakes.devices.txt", 7, 16),
    ],
)
def test_files_of_real_tools(name: str, accepted: int, rejected: int):
    """What real tools write is judged as people who use them would expect."""
    judged = list(judge_lines([(SAMPLES / name).read_bytes()]))
    assert sum(isinstance(line, Accepted) for line in judged) == accepted
    assert sum(isinstance(line, Rejected) for line in judged) == rejected
