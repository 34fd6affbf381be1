import gzip
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.__main__ import app
from shared.domain.rules import RULES, Code
from tests.builders import a_file, a_line


ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "samples"
PAGE = ROOT / "docs" / "validating-offline.md"
GOOD = a_line("d1", importMode="create", authentication={"type": "certificateAuthority"})
BAD = a_line("d 2", importMode="create", authentication={"type": "certificateAuthority"})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, content: bytes = b"", **environ: str) -> Result:
    """Call `validate`; `content` is what stands on standard input."""
    environ = {"COLUMNS": "200", **environ}
    return CliRunner().invoke(app, ["validate", *arguments], input=content, env=environ)


def told(*arguments: str, content: bytes = b"") -> Mapping[str, Any]:
    """Return what `--json` prints about the first file."""
    verdict: Mapping[str, Any] = json.loads(run(*arguments, "--json", content=content).stdout)
    first: Mapping[str, Any] = verdict["files"][0]
    return first


@pytest.mark.parametrize(
    ("lines", "exit_code"),
    [
        ([GOOD], 0),
        ([GOOD, b""], 0),
        ([b'{"id":"d1"}'], 0),
        ([GOOD, BAD], 1),
        ([BAD], 2),
        ([b""], 2),
        ([], 2),
    ],
)
def test_the_exit_code_tells_whether_a_file_can_be_imported(
    folder: Path, lines: Sequence[bytes], exit_code: int
):
    """0: all of it; 1: some lines are rejected; 2: no line is good. Warnings do not count."""
    (folder / "devices.txt").write_bytes(a_file(*lines))
    assert run("devices.txt").exit_code == exit_code


def test_a_file_that_is_not_there_is_refused():
    """As one that cannot be read at all; the others are judged all the same."""
    ended = run("missing.txt", str(SAMPLES / "every-mode.devices.txt"))
    assert ended.exit_code == 2
    assert "No such file" in ended.stdout
    assert "createOrUpdateIfMatchETag 1" in ended.stdout


def test_the_worst_of_several_files_counts(folder: Path):
    """Each is shown by itself, in the order of the call."""
    (folder / "good.txt").write_bytes(a_file(GOOD))
    (folder / "bad.txt").write_bytes(a_file(GOOD, BAD))
    ended = run("good.txt", "bad.txt", "good.txt")
    assert ended.exit_code == 1
    assert re.findall(r"╭─ (\S+)", ended.stdout) == ["good.txt", "bad.txt", "good.txt"]


def test_a_pipe_is_judged_like_a_file():
    """Even if it must be read twice, because a device stands in it twice."""
    verdict = told("-", content=a_file(GOOD, BAD, GOOD))
    assert verdict["lines"] == {"total": 3, "accepted": 1, "rejected": 2, "skipped": 0}
    assert {finding["code"] for finding in verdict["findings"]} == {
        Code.INVALID_ID,
        Code.DUPLICATE_DEVICE,
    }


def test_the_summary_says_what_a_file_would_do():
    """In words that people use, with what they must know before."""
    shown = run(str(SAMPLES / "every-mode.devices.txt")).stdout
    assert "total 9, accepted 9, rejected 0, skipped 0" in shown
    assert "create 1, create or overwrite 2, overwrite 2, write the twin of 2, delete 2" in shown
    assert "for 1 new devices, made by the hub" in shown
    assert "for 4 devices, which lose those that they may have" in shown
    assert "untouched 4" in shown


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (a_file(GOOD, BAD), ["format          ndjson", "lines           total 2", "line 2 id"]),
        (b"[" + GOOD + b"," + BAD + b"]", ["items           total 2", "item 2 id"]),
        (b"ID\na\nb c\n", ["format          csv", "rows            total 2", "row 3 ID"]),
        (b"ID\nb c\n", ["do nothing: no row is good"]),
        (gzip.compress(b"ID\na\nb c\n", mtime=0), ["rows            total 2", "row 3 ID"]),
    ],
)
def test_entries_are_called_what_they_are(content: bytes, words: Sequence[str]):
    """Lines, rows of a table or items of an array; fields as the header of a table names them."""
    shown = run("-", content=content).stdout
    assert [word for word in words if word not in shown] == []


def test_corporate_identifiers_have_a_summary_of_their_own():
    """Nothing of import modes, status or keys, which they have not."""
    sample = str(SAMPLES / "intune-serials.csv")
    shown = run(sample, "--kind", "intune").stdout
    assert "rows         total 30, accepted 30" in shown
    assert "identifiers  serialNumber 30" in shown
    assert not [word for word in ("modes", "status", "would", "keys") if word in shown]
    verdict = told(sample, "--kind", "intune")
    assert (verdict["kind"], verdict["identifierTypes"]) == ("intune", {"serialNumber": 30})
    assert (verdict["importModes"], verdict["statuses"], verdict["authentication"]) == ({}, {}, {})


@pytest.mark.parametrize(
    ("content", "retry", "expected"),
    [
        (a_file(GOOD, BAD), "retry.ndjson", a_file(BAD)),
        (b"[" + GOOD + b"," + BAD + b"]", "retry.json", b"[\n" + BAD + b"\n]\n"),
        (b"ID;tags.x\r\na;1\r\nb c;2\r\n", "retry.csv", b"ID;tags.x\r\nb c;2\r\n"),
        (gzip.compress(b"id\na\nb c\n", mtime=0), "retry.csv", b"id\nb c\n"),
    ],
)
def test_what_is_rejected_is_written_in_the_senders_format(
    folder: Path, content: bytes, retry: str, expected: bytes
):
    """Unpacked, to be corrected and sent again."""
    assert run("-", "--out", "out", content=content).exit_code == 1
    assert (folder / "out" / retry).read_bytes() == expected


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04" + bytes(40), "archive"),
        ('{"id":"a"}'.encode("utf-16"), "utf16"),
        (b"id,statsu\na,enabled\n", "csv_unknown_column"),
    ],
)
def test_what_is_refused_says_what_to_do(content: bytes, code: str):
    """With its code, and nothing of lines that nobody could read."""
    shown = run("-", content=content)
    assert shown.exit_code == 2
    assert f"({code})" in shown.stdout
    assert "total" not in shown.stdout
    assert told("-", content=content)["refusal"]["code"] == code


def test_the_table_explains_each_rule_once():
    """With its severity, how often it was broken, and the first three places."""
    lines = [a_line(f"d {number}", importMode="create") for number in range(1, 6)]
    shown = run("-", content=a_file(GOOD, *lines)).stdout
    (count,) = re.findall(r"│ error +│ +(\d+) │ invalid_id: ", shown)
    assert count == "5"
    places = re.findall(r'line (\d) +id "(d \d)" \(3 characters\) must be', shown)
    assert places == [("2", "d 1"), ("3", "d 2"), ("4", "d 3")]


def test_errors_come_before_warnings_and_notes():
    """What must be corrected is read first."""
    shown = run(str(SAMPLES / "common-mistakes.devices.txt")).stdout
    severities = re.findall(r"│ (error|warning|note) ", shown)
    assert severities == sorted(severities, key=["error", "warning", "note"].index)
    assert set(severities) == {"error", "warning", "note"}


def test_what_a_file_says_is_not_taken_for_markup():
    """Nor for control characters of the terminal."""
    bad = b'{"id":"[/bold][red]","status":"enabled"}'
    shown = run("-", content=a_file(GOOD, bad, b'{"id":"\\u001b[31m"}'), FORCE_COLOR="1").stdout
    assert "[/bold][red]" in shown
    assert '"\x1b[31m' not in shown


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_no_key_is_shown(options: Sequence[str]):
    """Whatever is wrong with it."""
    for sample in SAMPLES.glob("*.devices.txt"):
        shown = run(str(sample), *options).stdout
        keys = re.findall(rb'Key":"([^"]+)"', sample.read_bytes())
        assert not [key for key in keys if key.decode() in shown]


def test_json_is_one_object_and_nothing_else(folder: Path):
    """For one file as for several."""
    (folder / "good.txt").write_bytes(a_file(GOOD))
    ended = run("good.txt", "missing.txt", "--json")
    verdict = json.loads(ended.stdout)
    assert verdict["exitCode"] == ended.exit_code == 2
    assert [file["exitCode"] for file in verdict["files"]] == [0, 2]
    assert verdict["files"][1]["refusal"] == {
        "code": "io_error",
        "message": "[Errno 2] No such file or directory: 'missing.txt'",
    }


def test_json_tells_all_that_is_shown():
    """With the names that programs rely on."""
    line = b'{"id":"d3","importMode":"updateTwin","status":"disabled","tags":{"a":1}}'
    assert told("-", content=a_file(GOOD, BAD, b"", line)) == {
        "file": "-",
        "kind": "devices",
        "format": "ndjson",
        "exitCode": 1,
        "refusal": None,
        "lines": {"total": 4, "accepted": 2, "rejected": 1, "skipped": 1},
        "importModes": {"create": 1, "updateTwin": 1},
        "statuses": {"enabled": 1, "disabled": 1},
        "authentication": {"certificateAuthority": 1, "untouched": 1},
        "identifierTypes": {},
        "effects": {"create": 1, "write_twin": 1},
        "newKeys": {"created": 0, "overwritten": 0},
        "findings": [
            {
                "code": "invalid_id",
                "severity": "error",
                "count": 1,
                "field": RULES[Code.INVALID_ID].about,
                "rule": RULES[Code.INVALID_ID].says.format(found="…", length="…"),
                "examples": [
                    {
                        "line": 2,
                        "deviceId": "d 2",
                        "field": "id",
                        "code": "invalid_id",
                        "message": RULES[Code.INVALID_ID].says.format(found="d 2", length=3),
                    }
                ],
            },
            {
                "code": "blank_line",
                "severity": "note",
                "count": 1,
                "field": "line",
                "rule": "is empty",
                "examples": [
                    {
                        "line": 3,
                        "deviceId": None,
                        "field": "",
                        "code": "blank_line",
                        "message": "is empty",
                    }
                ],
            },
        ],
    }


def names_in(value: Any) -> set[str]:
    """Return all names of members in a JSON value, but for those that are data."""
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    if not isinstance(value, dict):
        return set()
    data = ("importModes", "statuses", "authentication", "identifierTypes", "effects")
    inner = (names_in(member) for name, member in value.items() if name not in data)
    return set(value).union(*inner)


def test_every_name_in_the_json_is_documented():
    """So that programs can rely on it."""
    verdict = json.loads(run(str(SAMPLES / "common-mistakes.devices.txt"), "--json").stdout)
    documented = set(re.findall(r"`(\w+)`", PAGE.read_text()))
    assert names_in(verdict) <= documented


def test_findings_beyond_the_details_are_counted():
    """They keep their line and code, and lose the rest."""
    lines = [a_line(f"d {number}", importMode="create") for number in range(5)]
    (finding,) = told("-", "--details", "1", content=a_file(*lines))["findings"]
    assert finding["count"] == 5
    assert [one["line"] for one in finding["examples"]] == [1, 2, 3]
    assert [bool(one["message"]) for one in finding["examples"]] == [True, False, False]


def test_nothing_is_written_unless_asked_for(folder: Path):
    """The validator is safe to try."""
    (folder / "devices.txt").write_bytes(a_file(GOOD, BAD, GOOD))
    run("devices.txt")
    assert [path.name for path in folder.iterdir()] == ["devices.txt"]


def test_parts_are_written_where_they_are_wanted(folder: Path):
    """What would be sent, what is wrong, and what can be corrected and sent again."""
    (folder / "file.txt").write_bytes(a_file(GOOD, BAD, b"", b'{"id":"d3"}', GOOD))
    assert run("file.txt", "--out", "out/parts").exit_code == 1
    out = folder / "out/parts"
    assert {path.name for path in out.iterdir()} == {
        "devices.txt",
        "rejected.ndjson",
        "rejected.csv",
        "skipped.ndjson",
        "warnings.ndjson",
        "retry.ndjson",
    }
    assert (out / "devices.txt").read_bytes() == a_file(GOOD, b'{"id":"d3","status":"enabled"}')
    assert (out / "retry.ndjson").read_bytes() == a_file(BAD, GOOD)
    rejected = [json.loads(line) for line in (out / "rejected.ndjson").read_bytes().splitlines()]
    assert [(one["line"], one["code"]) for one in rejected] == [
        (2, Code.INVALID_ID),
        (5, Code.DUPLICATE_DEVICE),
    ]
    assert (out / "rejected.csv").read_text().startswith("line,deviceId,field,code,message")
    assert json.loads((out / "skipped.ndjson").read_bytes())["line"] == 3
    warnings = (out / "warnings.ndjson").read_bytes().splitlines()
    assert {json.loads(line)["line"] for line in warnings} == {4}


def test_what_was_accepted_is_good_again(folder: Path):
    """And what was rejected is rejected for the same reasons."""
    sample = str(SAMPLES / "common-mistakes.devices.txt")
    first = told(sample, "--out", "out")
    again = told("out/devices.txt")
    retry = told("out/retry.ndjson")
    assert again["lines"]["accepted"] == again["lines"]["total"] == first["lines"]["accepted"]
    assert again["effects"] == first["effects"]
    # Of two lines about the same device only the second was rejected, and it is good by itself.
    assert retry["lines"]["rejected"] == first["lines"]["rejected"] - 1
    assert folder.exists()


def test_several_files_have_a_folder_each(folder: Path):
    """By the name of the file."""
    for name in ("a.txt", "b.txt"):
        (folder / name).write_bytes(a_file(GOOD))
    run("a.txt", "b.txt", "--out", "out")
    assert {path.name for path in (folder / "out").iterdir()} == {"a.txt", "b.txt"}
    assert (folder / "out/b.txt/devices.txt").read_bytes() == a_file(GOOD)


@pytest.mark.parametrize(
    ("files", "out"),
    [
        (["devices.txt"], "."),
        (["sub/retry.ndjson"], "sub"),
        (["devices.txt", "sub/devices.txt"], "out"),
    ],
)
def test_no_file_is_written_over(folder: Path, files: Sequence[str], out: str):
    """Neither one of the files themselves, nor the parts of one by those of another."""
    (folder / "sub").mkdir()
    for file in files:
        (folder / file).write_bytes(a_file(GOOD))
    ended = run(*files, "--out", out)
    assert ended.exit_code == 2
    assert "--out" in ended.stderr
    assert all((folder / file).read_bytes() == a_file(GOOD) for file in files)
    assert not (folder / "out").exists()


@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_can_be_switched_off(environ: Mapping[str, str], *, coloured: bool):
    """As https://no-color.org asks for."""
    shown = run("-", content=a_file(GOOD, BAD), FORCE_COLOR="1", **environ).stdout
    assert bool(re.search(r"\x1b\[[\d;]*3\dm", shown)) == coloured
