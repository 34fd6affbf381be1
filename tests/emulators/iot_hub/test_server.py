"""The hub on a socket, and as a process of its own."""

import contextlib
import json
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
from urllib.request import urlopen

import pytest
import requests

from emulators.iot_hub.hub import Hub
from emulators.iot_hub.server import serve
from tests.emulators.iot_hub.client import HubClient, bearer_token
from tests.emulators.iot_hub.lines import a_configuration, create
from tests.emulators.process import emulator_process


def test_its_certificate_is_good_for_strict_clients(running):
    """Under both names of this machine; Python 3.13 checks all that RFC 5280 asks for."""
    context = ssl.create_default_context(cafile=running.ca_file)
    assert context.verify_flags & ssl.VERIFY_X509_STRICT
    for host in ("localhost", "127.0.0.1"):
        url = f"https://{host}:{running.port}/_emulator/calls"
        with urlopen(url, context=context, timeout=30) as answer:
            assert json.load(answer) == {}


def test_nobody_else_trusts_it(running):
    """Only who was given the authority's certificate."""
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(running.base_url, timeout=30)


def test_the_certificate_lies_where_the_caller_wants_it(tmp_path):
    """The private key is for its owner only; the authority's key is nowhere."""
    folder = tmp_path / "certs"
    with serve(Hub(), certs=folder) as running:
        assert running.ca_file == folder / "ca.pem"
        assert stat.S_IMODE((folder / "localhost.key").stat().st_mode) == 0o600
    names = {path.name for path in folder.iterdir()}
    assert names == {"ca.pem", "localhost.pem", "localhost.key"}


def test_two_hubs_share_nothing():
    """Not even a signature."""
    with serve(Hub("a")) as first, serve(Hub("b")) as second:
        create(first.hub.registry)
        assert len(second.hub.registry) == 0
        with HubClient(first) as one, HubClient(second, authorization=one.signed()) as other:
            assert one("GET", "/devices/d1").status_code == 200
            assert other("GET", "/devices/d1").status_code == 401


def test_it_stops_at_once_though_clients_are_connected():
    """Neither one that keeps its connection alive nor one that never says a word holds it up."""
    with contextlib.ExitStack() as clients:
        with serve(Hub()) as running:
            clients.enter_context(socket.create_connection(("127.0.0.1", running.port)))
            assert clients.enter_context(HubClient(running))("GET", "/devices").ok
            began = time.monotonic()
        assert time.monotonic() - began < 4


def test_it_listens_where_it_is_told():
    """And the port is free again afterwards."""
    with serve(Hub()) as running:
        port = running.port
    with serve(Hub(), port) as running, HubClient(running) as call:
        assert running.host == f"localhost:{port}"
        assert call("GET", "/devices").ok


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_serves_several_hubs_and_ends_cleanly(tmp_path, number):
    """The ready line is all that it prints, and a signal ends it with 0."""
    options = ("--hub", "east", "--hub", "west:0", "--certs", str(tmp_path), "--job-seconds", "1")
    with emulator_process("iot_hub", *options) as (process, ready):
        assert ready["ca_file"] == str(tmp_path / "ca.pem")
        assert list(ready["hubs"]) == ["east", "west"]
        for hub in ready["hubs"].values():
            assert hub["base_url"] == f"https://{hub['host']}"
            assert hub["connection_string"].startswith(f"HostName={hub['host']};SharedAccess")
            answer = requests.get(
                f"{hub['base_url']}/devices?api-version=2021-04-12",
                headers={"Authorization": bearer_token()},
                verify=ready["ca_file"],
                timeout=30,
            )
            assert answer.json() == []
        process.send_signal(number)
        output, _ = process.communicate(timeout=30)
        assert (output, process.returncode) == ("", 0)


def test_a_process_keeps_what_it_is_told_to_keep(tmp_path):
    """A registry in a folder is there for the next process."""
    options = ("--hub", "h", "--certs", str(tmp_path), "--data", str(tmp_path / "data"))
    statuses = []
    for _ in range(2):
        with emulator_process("iot_hub", *options) as (process, ready):
            answer = requests.put(
                f"{ready['hubs']['h']['base_url']}/devices/d1?api-version=2021-04-12",
                json={"deviceId": "d1"},
                headers={"Authorization": bearer_token()},
                verify=ready["ca_file"],
                timeout=30,
            )
            statuses.append(answer.status_code)
            process.terminate()
            process.wait(30)
    assert statuses == [200, 409]


def test_a_process_gives_its_hubs_identities(tmp_path, exchange):
    """A job that asks for one is taken, one that asks for another is not."""
    options = ("--hub", "h", "--certs", str(tmp_path), "--user-identity", "/subscriptions/0/Me")
    answers = []
    with emulator_process("iot_hub", *options) as (_, ready):
        for identity in ("/subscriptions/0/me", "/subscriptions/0/you"):
            answer = requests.post(
                f"{ready['hubs']['h']['base_url']}/jobs/create?api-version=2021-04-12",
                json=exchange.without_sas(exchange.an_export(), userAssignedIdentity=identity),
                headers={"Authorization": bearer_token()},
                verify=ready["ca_file"],
                timeout=30,
            )
            answers.append(answer.headers.get("iothub-errorcode"))
    assert answers == [None, "ManagedIdentityNotEnabled"]


def test_a_process_takes_as_many_configurations_as_it_is_told(tmp_path):
    """Ten, for example, as a free hub does."""
    options = ("--hub", "h", "--certs", str(tmp_path), "--configuration-limit", "1")
    statuses = []
    with emulator_process("iot_hub", *options) as (_, ready):
        for name in ("a", "b"):
            answer = requests.put(
                f"{ready['hubs']['h']['base_url']}/configurations/{name}?api-version=2021-04-12",
                json=a_configuration(name),
                headers={"Authorization": bearer_token()},
                verify=ready["ca_file"],
                timeout=30,
            )
            statuses.append(answer.status_code)
    assert statuses == [200, 413]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("", "--hub"),
        ("--hub h --certs c --tier S4", "S4"),
        ("--hub h --certs c --tier S3 --units 11", "S3 comes in 1 to 10 units, not in 11"),
        ("--hub h --certs c --units 2", "--units needs --tier"),
    ],
)
def test_a_mistake_on_the_command_line_is_told(options, words):
    """Before anything is served."""
    command = [sys.executable, "-m", "emulators.iot_hub", *options.split()]
    ended = subprocess.run(command, capture_output=True, check=False, text=True)  # noqa: S603 - ours
    assert ended.returncode == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
