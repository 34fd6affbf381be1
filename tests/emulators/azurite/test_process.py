"""Azurite as a process of its own, as the stack's supervisor runs it."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

from tests.emulators.process import emulator_process


def node_of(process):
    """Return the process id of the one child."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return int(children.split()[0])


def wait_for_end(pid):
    """Wait until a process that is not our child has ended."""
    watch = os.pidfd_open(pid)
    try:
        assert select.select([watch], [], [], 30)[0], f"process {pid} still runs"
    finally:
        os.close(watch)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(number):
    """The ready line is all that it prints; it ends with 0 and takes Node along."""
    with emulator_process("azurite") as (process, ready):
        with BlobServiceClient.from_connection_string(ready["connection_string"]) as client:
            client.create_container("drop").close()
        node = os.pidfd_open(node_of(process))
        process.send_signal(number)
        assert (process.communicate(timeout=30)[0], process.returncode) == ("", 0)
        assert select.select([node], [], [], 0)[0], "Node still runs"
        os.close(node)


def test_data_is_kept_where_it_is_told(tmp_path):
    """`--location` names the folder."""
    with emulator_process("azurite", "--location", str(tmp_path)):
        assert (tmp_path / "__azurite_db_blob__.json").exists()


def test_it_ends_and_says_why_when_node_ends():
    """A supervisor that watches this process learns that storage is gone."""
    with emulator_process("azurite") as (process, _):
        os.kill(node_of(process), signal.SIGKILL)
        complaint = process.communicate(timeout=30)[1]
    assert complaint.startswith("Azurite ended by itself, with code -9;")
    assert process.returncode == 1


def test_node_ends_when_its_parent_is_killed():
    """No Azurite is left behind by a stack that was killed."""
    with emulator_process("azurite") as (process, _):
        node = node_of(process)
        process.kill()
        wait_for_end(node)


def test_it_says_what_is_missing():
    """Without Node the process ends with one plain line."""
    command = [sys.executable, "-m", "emulators.azurite"]
    run = subprocess.run(  # noqa: S603 - our own command line
        command, env={"PATH": ""}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert run.stderr == (
        "Node.js is not installed: run `make setup` (it needs Node 20 or later)\n"
    )
