"""The stack as people start it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Timer

import pytest
import requests
from azure.storage.blob import BlobServiceClient

from emulators.stack import Pace, ServiceDied, running
from emulators.stack.service import Service
from tests.emulators.graph.client import READ, token


ROOT = Path(__file__).parents[3]


@contextmanager
def up(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run `python -m emulators up` from that folder."""
    process = subprocess.Popen(
        [sys.executable, "-m", "emulators", "up"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = Timer(60, process.kill)
    deadline.start()
    try:
        yield process
    finally:
        deadline.cancel()
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def test_up_says_what_runs_and_stops_on_ctrl_c(tmp_path: Path):
    """It prints the app settings and the commands, then waits; Ctrl-C ends it in good order."""
    with up(tmp_path) as process:
        assert process.stdout
        said = ""
        while "Ctrl-C stops everything" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        assert "python -m cli drop" in said
        assert "python -m cli results" in said
        printed = json.JSONDecoder().raw_decode(said[said.index("{") :])[0]
        settings = tmp_path / ".local/local.settings.json"
        assert printed == json.loads(settings.read_text())
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait() == 0, rest


@pytest.mark.parametrize("name", ["azurite", "iot_hub", "service_bus", "graph", "functions_host"])
def test_a_service_that_dies_is_named(tmp_path: Path, name: str):
    """Whoever waits for the stack learns which one it was, how it ended and what it said."""
    with running(tmp_path, Pace(), lambda *_: None) as stack:
        stack.services[name].kill()
        with pytest.raises(ServiceDied, match=f"{name} ended with exit code -9"):
            stack.wait(Event())


def test_a_service_that_cannot_start_says_why():
    """Its last words are in the message."""
    service = Service("functions_host", ["--app", "/no/such/app"], lambda *_: None)
    with pytest.raises(ServiceDied, match="cannot run the app"):
        service.ready()


def test_everything_is_there_for_the_first_file(tmp_path: Path):
    """The container that people drop into exists, and the settings are those of the sample."""
    with running(tmp_path, Pace(), lambda *_: None) as stack:
        connection = stack.settings["DeviceFiles"]
        with BlobServiceClient.from_connection_string(connection) as storage:
            assert storage.get_container_client("device-files").exists()
        assert set(stack.hubs) == {"factory-a", "factory-b"}


def test_graph_is_there_for_corporate_device_identifiers(tmp_path: Path):
    """At an address of its own, with an authority of its own."""
    with running(tmp_path, Pace(), lambda *_: None) as stack:
        answer = requests.get(
            f"{stack.graph}/beta/deviceManagement/importedDeviceIdentities",
            headers={"Authorization": token(READ)},
            verify=stack.graph_ca_file,
            timeout=30,
        )
    assert answer.json()["value"] == []
