import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import a_file, a_line


ROOT = Path(__file__).parents[3]
GOOD = a_line("d1", importMode="create", authentication={"type": "certificateAuthority"})


@pytest.fixture
def listening() -> Iterator[None]:
    """Have child processes listen to Ctrl-C, also where a shell made this one deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("listening")
def test_breaking_off_leaves_nothing_behind(tmp_path: Path):
    """No half file, no traceback, and the exit code of an interrupted command."""
    with subprocess.Popen(  # noqa: S603 - this interpreter, our own command
        [sys.executable, "-m", "cli", "validate", "-", "--out", str(tmp_path / "out")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as command:
        assert command.stdin
        command.stdin.write(a_file(GOOD) * 100_000)
        command.stdin.flush()
        command.send_signal(signal.SIGINT)
        output, errors = command.communicate()
    assert command.returncode == 130
    assert b"Traceback" not in errors
    assert output == b""
    assert list((tmp_path / "out").iterdir()) == []
