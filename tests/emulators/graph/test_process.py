"""Graph as a process of its own."""

import signal
import subprocess
import sys
import time
from typing import Any

import pytest
import requests

from emulators.graph.server import serve
from emulators.graph.tenant import Tenant
from tests.emulators.graph.client import COLLECTION, READ_WRITE, GraphClient, serial, token
from tests.emulators.process import emulator_process


def bring(ready, *identifiers):
    """Import serial numbers."""
    return requests.post(
        f"{ready['base_url']}{COLLECTION}/importDeviceIdentityList",
        json={"importedDeviceIdentities": [serial(each) for each in identifiers]},
        headers={"Authorization": token(READ_WRITE)},
        verify=ready["ca_file"],
        timeout=30,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_and_ends_cleanly(tmp_path, number):
    """The ready line is all that it prints, and a signal ends it with 0."""
    with emulator_process("graph", "--certs", str(tmp_path)) as (process, ready):
        assert ready["ca_file"] == str(tmp_path / "ca.pem")
        assert bring(ready, "A").status_code == 200
        process.send_signal(number)
        output, _ = process.communicate(timeout=30)
        assert (output, process.returncode) == ("", 0)


def test_it_keeps_what_it_is_told_to_keep(tmp_path):
    """Identities in a folder are there for the next process."""
    options = ("--certs", str(tmp_path), "--data", str(tmp_path / "data"))
    ids = set()
    for _ in range(2):
        with emulator_process("graph", *options) as (process, ready):
            ids.add(bring(ready, "A").json()["value"][0]["id"])
            process.terminate()
            process.wait(30)
    assert len(ids) == 1


def test_its_limits_are_on_the_command_line(tmp_path):
    """Items of a call, requests in a while, and the patience that it asks for when ordered to."""
    limits = ("--item-limit", "1", "--request-limit", "2", "--retry-after", "3")
    with emulator_process("graph", "--certs", str(tmp_path), *limits) as (_, ready):
        operation = "POST /importedDeviceIdentities/importDeviceIdentityList"
        order: dict[str, Any] = {"operation": operation, "action": {"status": 429}}
        address, trusted = f"{ready['base_url']}/_emulator/faults", ready["ca_file"]
        assert requests.post(address, json=order, verify=trusted, timeout=30).status_code == 204
        calls = ["A"], ["A"], ["A", "B"], ["A"]
        answers = [bring(ready, *each) for each in calls]
    assert [answer.status_code for answer in answers] == [429, 200, 400, 429]
    assert answers[0].headers["retry-after"] == "3"


def test_the_spelling_is_on_the_command_line(tmp_path):
    """As sent instead of as the admin center shows it."""
    item = {
        "importedDeviceIdentifier": "Dell Inc.,XPS 13,ABC-1",
        "importedDeviceIdentityType": "manufacturerModelSerial",
    }
    with emulator_process("graph", "--certs", str(tmp_path), "--as-sent") as (_, ready):
        answer = requests.post(
            f"{ready['base_url']}{COLLECTION}/importDeviceIdentityList",
            json={"importedDeviceIdentities": [item]},
            headers={"Authorization": token(READ_WRITE)},
            verify=ready["ca_file"],
            timeout=30,
        )
    [result] = answer.json()["value"]
    assert result["importedDeviceIdentifier"] == item["importedDeviceIdentifier"]


def test_it_needs_a_folder():
    """Anything else is a mistake on the command line."""
    command = [sys.executable, "-m", "emulators.graph"]
    ended = subprocess.run(command, capture_output=True, check=False, text=True)  # noqa: S603 - ours
    assert ended.returncode == 2
    assert "--certs" in ended.stderr


def test_two_tenants_share_nothing():
    """And a port is free again when its server has stopped."""
    with serve(Tenant()) as first, serve(Tenant()) as second:
        with GraphClient(first) as one, GraphClient(second) as other:
            one.bring(serial("A"))
            assert (one.identifiers(), other.identifiers()) == (["A"], [])
        began = time.monotonic()
    assert time.monotonic() - began < 4
    with serve(Tenant(), first.port) as again:
        assert again.base_url == first.base_url
