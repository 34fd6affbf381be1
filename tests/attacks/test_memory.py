"""No file fills the memory: neither one of the hostile ones, nor 300 MB of one line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.memory import ENDLESS
from tests.unit.domain.formats.test_hostile_files import FILES


ROOT = Path(__file__).parents[2]
PEAK_MB = 250


@pytest.fixture(scope="module")
def told() -> Any:
    """What a process says of itself that validated all of them, one after the other."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.attacks.memory"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return json.loads(run.stdout)


def test_memory_stays_small_whatever_is_dropped(told: Any):
    """Python, the app and all that is left of hundreds of files."""
    assert told["peak_mb"] < PEAK_MB


def test_each_file_has_ended(told: Any):
    """Whatever has a good line is on its way; all others have a reason."""
    assert len(FILES) >= 150
    on_its_way = {name for name, end in told["ends"].items() if end == "queued"}
    assert on_its_way == {name for name, file in FILES.items() if file.accepted}
    assert [told["ends"][name] for name in ENDLESS] == [
        *("no_good_line", "no_good_line", "csv_unclosed_quote", "gzip_bomb")
    ]
