"""Emulators as processes of their own, for tests."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def emulator_process(name: str, *options: str) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """Run one of the emulators; yield its process with what its ready line says."""
    command = [sys.executable, "-m", f"emulators.{name}", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603 - our own command line
        command, stdout=pipe, stderr=pipe, text=True
    ) as process:
        assert process.stdout
        try:
            word, _, ready = process.stdout.readline().partition(" ")
            assert word == "READY"
            yield process, json.loads(ready)
        finally:
            process.kill()
