"""Resource Manager as part of the process that serves the hubs."""

import subprocess
import sys

import requests

from tests.emulators.arm.client import AUDIENCE
from tests.emulators.iot_hub.client import bearer_token
from tests.emulators.iot_hub.exchange import Exchange
from tests.emulators.process import emulator_process


def call(ready, verb, path, version, body=None):
    """Call Resource Manager as someone does who has only read the ready line."""
    management = ready["management"]
    scope = (
        f"/subscriptions/{management['subscription']}"
        f"/resourceGroups/{management['resource_group']}/providers/Microsoft.Devices/IotHubs"
    )
    return requests.request(
        verb,
        f"{management['base_url']}{scope}{path}?api-version={version}",
        json=body,
        headers={"Authorization": bearer_token(AUDIENCE)},
        verify=ready["ca_file"],
        timeout=30,
    )


def test_the_ready_line_tells_where_it_is(tmp_path):
    """Beside the hubs, whose addresses it knows."""
    options = ("--hub", "east", "--hub", "west", "--certs", str(tmp_path))
    with emulator_process("iot_hub", *options) as (_, ready):
        assert set(ready["management"]) == {"base_url", "subscription", "resource_group"}
        shown = call(ready, "GET", "", "2023-06-30").json()["value"]
        assert {hub["name"]: hub["properties"]["hostName"] for hub in shown} == {
            name: hub["host"] for name, hub in ready["hubs"].items()
        }


def test_port_contract_and_pace_can_be_chosen(tmp_path, exchange: Exchange):
    """An old contract for every version, and polls without patience."""
    options = ("--hub", "east", "--certs", str(tmp_path))
    with emulator_process("iot_hub", *options) as (process, ready):
        port = ready["management"]["base_url"].rpartition(":")[2]
        process.terminate()
        process.wait(30)
    chosen = ("--management-port", port, "--management-contract", "2016-02-03")
    contract = (*chosen, "--management-retry-after", "1")
    with emulator_process("iot_hub", *options, *contract) as (_, ready):
        assert ready["management"]["base_url"] == f"https://localhost:{port}"
        body = {
            "exportBlobContainerUri": exchange.uri(exchange.output, "rwd"),
            "excludeKeys": True,
        }
        accepted = call(ready, "POST", "/east/exportDevices", "2023-06-30", body)
        assert (accepted.status_code, accepted.headers["retry-after"]) == (202, "1")


def test_a_contract_that_does_not_exist_is_a_mistake(tmp_path):
    """Told on the command line."""
    command = [sys.executable, "-m", "emulators.iot_hub", "--hub", "h", "--certs", str(tmp_path)]
    ended = subprocess.run(  # noqa: S603 - ours
        [*command, "--management-contract", "2017-01-19"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert ended.returncode == 2
    assert "--management-contract" in ended.stderr
