"""The emulator as a process of its own: ready line, control endpoint, and a clean end."""

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from threading import Event

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage


EMULATOR = ("-m", "emulators.service_bus")
SENDER = """
import sys
from azure.servicebus import ServiceBusClient, ServiceBusMessage

with ServiceBusClient.from_connection_string(sys.argv[1]) as client:
    with client.get_queue_sender("import-results") as sender:
        sender.send_messages(ServiceBusMessage("result", message_id="1"))
"""


def start(*arguments, **options):
    return subprocess.Popen(  # noqa: S603 - our own command line
        [sys.executable, *arguments], text=True, **options
    )


def run(*arguments):
    with start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        output, log = process.communicate(timeout=30)
    return process.returncode, output, log


@contextmanager
def emulator():
    """Run it; yield what it says it is ready with, and the process."""
    with start(*EMULATOR, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield json.loads(process.stdout.readline().removeprefix("READY ")), process
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def ready():
    with emulator() as (ready, _):
        yield ready


def client_of(ready):
    return ServiceBusClient.from_connection_string(
        ready["connection_string"], retry_backoff_factor=0.01
    )


def ask(ready, path, method="GET", body=None):
    request = urllib.request.Request(  # noqa: S310 - our own loopback address
        f"{ready['control']}/entities/{path}",
        method=method,
        data=body and json.dumps(body).encode(),
    )
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - see above
        return json.loads(response.read() or "null")


def test_the_ready_line_is_all_a_client_needs(ready):
    """The committed configuration has the queue of results and the topic of events."""
    with client_of(ready) as client, client.get_topic_sender("import-events") as sender:
        sender.send_messages(ServiceBusMessage("x"))
    assert f":{ready['port']};" in ready["connection_string"]
    assert ask(ready, "import-events/Subscriptions/all")["active"] == 1
    assert ask(ready, "import-results")["active"] == 0


def test_a_sender_can_be_killed_between_accept_and_acknowledgement(ready):
    """Its message is in the queue; sent again by the next process, it is dropped."""
    command = ("-c", SENDER, ready["connection_string"])
    ask(ready, "import-results/hold-acks", "POST")
    with start(*command) as sender:
        while not ask(ready, "import-results")["accepted"]:
            Event().wait(0.05)
        assert sender.poll() is None
        sender.kill()
    ask(ready, "import-results/release-acks", "POST")
    assert run(*command)[0] == 0
    statistics = ask(ready, "import-results")
    assert (statistics["accepted"], statistics["duplicates"], statistics["active"]) == (1, 1, 1)


def test_sends_can_be_failed_from_outside(ready):
    """The SDK retries, so the message arrives all the same."""
    fault = {"condition": "com.microsoft:server-busy", "times": 1}
    ask(ready, "import-events/fail-sends", "POST", fault)
    before = ask(ready, "import-events")["accepted"]
    with client_of(ready) as client, client.get_topic_sender("import-events") as sender:
        sender.send_messages(ServiceBusMessage("x"))
    assert ask(ready, "import-events")["accepted"] == before + 1


@pytest.mark.parametrize(
    ("path", "method", "body", "status"),
    [
        ("nowhere", "GET", None, 404),
        ("nowhere/hold-acks", "POST", None, 404),
        ("import-results/fail-sends", "POST", {"condition": "x"}, 400),
        ("import-results/fail-sends", "POST", {"condition": "x", "times": "many"}, 400),
        ("import-results/fail-sends", "POST", {"condition": "x", "times": 0}, 400),
        ("import-results", "POST", None, 405),
    ],
)
def test_wrong_questions_are_refused(ready, path, method, body, status):
    """Unknown entities, incomplete faults, and wrong methods get the status that says so."""
    with pytest.raises(urllib.error.HTTPError) as error:
        ask(ready, path, method, body)
    error.value.close()
    assert error.value.code == status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_on_a_signal(number):
    """Exit code 0 and nothing more on stdout, even with a client connected."""
    with (
        emulator() as (ready, process),
        socket.create_connection(("127.0.0.1", ready["port"])) as client,
    ):
        client.sendall(b"AMQP\x03\x01\x00\x00")
        assert client.recv(8) == b"AMQP\x03\x01\x00\x00"
        process.send_signal(number)
        output, log = process.communicate(timeout=10)
    assert (process.returncode, output, "Traceback" in log) == (0, "", False)


def test_a_taken_port_and_a_bad_file_are_told(ready, tmp_path):
    """One line says why it does not start."""
    bad = tmp_path / "config.json"
    bad.write_text('{"UserConfig": {"Namespaces": [{"Name": "n", "Queues": [{"Nam": "q"}]}]}}')
    for option, value, reason in (
        ("--port", str(ready["port"]), "address already in use"),
        ("--config", str(bad), "Queues.0.Name: Field required"),
    ):
        code, output, log = run(*EMULATOR, option, value)
        assert (code, output, "Traceback" in log) == (1, "", False)
        assert reason in log
