"""The benchmarks run, so they cannot rot, and all contenders agree on every file."""

import csv
import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import TOPICS
from benchmarks.device_files import device_file, lines
from benchmarks.device_formats import COLUMNS


ROOT = Path(__file__).parents[2]
DEVICES = 1500  #: more than are written at once


@pytest.mark.parametrize("topic", TOPICS)
def test_a_benchmark_runs_in_small(topic: str):
    """Exit code 0: everything ran, and nobody made anything else of a file than the others."""
    done = subprocess.run(  # noqa: S603 - this interpreter, a topic of ours
        [sys.executable, "-m", "benchmarks", "--quick", topic],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "peak MB" in done.stdout


def test_the_same_devices_are_in_every_format():
    """The seed makes them, whatever they are written as."""
    devices = [json.loads(line) for line in lines("keys", DEVICES)]
    files = {form: device_file("keys", DEVICES, form=form) for form in ("txt", "json", "csv")}
    packed = device_file("keys", DEVICES, form="txt.gz")
    assert gzip.decompress(packed.read_bytes()) == files["txt"].read_bytes()
    assert [json.loads(line) for line in files["txt"].read_bytes().splitlines()] == devices
    assert json.loads(files["json"].read_bytes()) == devices
    head, *rows = csv.reader(io.StringIO(files["csv"].read_text()))
    assert head == [*COLUMNS]
    assert [row[0] for row in rows] == [device["id"] for device in devices]
    keys = [device["authentication"]["symmetricKey"]["primaryKey"] for device in devices]
    assert [row[head.index("primaryKey")] for row in rows] == keys
