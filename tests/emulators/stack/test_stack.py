"""The stack as people start it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Timer
from typing import Any

import pytest
import requests
from azure.storage.blob import BlobServiceClient

from emulators.stack import Pace, ServiceDied, running
from emulators.stack.service import Service
from tests.emulators.graph.client import READ, token
from tests.emulators.iot_hub.client import bearer_token


ROOT = Path(__file__).parents[3]


@contextmanager
def up(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run `python -m emulators up` with options from that folder."""
    process = subprocess.Popen(  # noqa: S603 - our own command line
        [sys.executable, "-m", "emulators", "up", *options],
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


def said_when_ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    said = ""
    while "Ctrl-C stops everything" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return said


def managed_hubs(base_url: str, subscription: str, ca_file: str) -> dict[str, Any]:
    """Ask Resource Manager for all hubs, by name."""
    answer = requests.get(
        f"{base_url}/subscriptions/{subscription}/providers/Microsoft.Devices/IotHubs",
        params={"api-version": "2023-06-30"},
        headers={"Authorization": bearer_token("https://management.azure.com")},
        verify=ca_file,
        timeout=30,
    )
    return {hub["name"]: hub for hub in answer.json()["value"]}


def test_up_says_what_runs_and_stops_on_ctrl_c(tmp_path: Path):
    """It prints the app settings and the commands, then waits; Ctrl-C ends it in good order."""
    with up(tmp_path) as process:
        assert process.stdout
        said = said_when_ready(process)
        assert "python -m cli drop" in said
        assert "python -m cli results" in said
        printed = json.JSONDecoder().raw_decode(said[said.index("{") :])[0]
        settings = tmp_path / ".local/local.settings.json"
        assert printed == json.loads(settings.read_text())
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait() == 0, rest


def test_up_starts_hubs_of_a_tier(tmp_path: Path):
    """Resource Manager, whose address it prints, tells which."""
    with up(tmp_path, "--tier", "B2", "--units", "3") as process:
        said = said_when_ready(process)
        found = re.search(
            r"Resource Manager is at (\S+), trusted with (.+);\n.* subscription (\S+),", said
        )
        assert found, said
        base_url, ca_file, subscription = found.groups()
        hubs = managed_hubs(base_url, subscription, ca_file)
    assert [hub["sku"] for hub in hubs.values()] == [
        {"name": "B2", "tier": "Basic", "capacity": 3}
    ] * 2


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


def test_its_hubs_are_managed_and_have_an_identity(tmp_path: Path):
    """Resource Manager says where each is; with the identity they reach storage without a SAS."""
    with running(tmp_path, Pace(), lambda *_: None) as stack:
        management = stack.management
        hubs = managed_hubs(
            management["base_url"], management["subscription"], stack.settings["HUB_CA_FILE"]
        )
    assert {name: hub["properties"]["hostName"] for name, hub in hubs.items()} == {
        alias: hub["host"] for alias, hub in stack.hubs.items()
    }
    assert {hub["identity"]["type"] for hub in hubs.values()} == {"SystemAssigned"}


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
