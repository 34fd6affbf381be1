"""Azurite as the tests and the stack start it, asked by Microsoft's own SDKs."""

import http.client
import signal
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from emulators.azurite import AzuriteFailed, serve, server


def blobs(azurite):
    return BlobServiceClient.from_connection_string(azurite.connection_string)


def containers(azurite):
    with blobs(azurite) as client:
        return [container.name for container in client.list_containers()]


def kill(process):
    process.kill()
    process.wait()


def test_the_connection_string_reaches_blobs_and_queues():
    """Both SDKs work with nothing but the connection string."""
    with serve() as azurite:
        text = azurite.connection_string
        with BlobServiceClient.from_connection_string(text) as blob_client:
            blob_client.create_container("drop").upload_blob("a.txt", b"hello")
            assert (
                blob_client.get_blob_client("drop", "a.txt").download_blob().readall() == b"hello"
            )
        with QueueServiceClient.from_connection_string(text) as queue_client:
            queue_client.create_queue("tickets").send_message("one")
            ticket = queue_client.get_queue_client("tickets").receive_message()
            assert ticket
            assert ticket.content == "one"


def test_each_serve_is_a_world_of_its_own():
    """Two run side by side on ports of their own; what one keeps the other does not know."""
    with ExitStack() as stack:
        here, there = stack.enter_context(serve()), stack.enter_context(serve())
        blobs(here).create_container("only-here").close()
        assert (containers(here), containers(there)) == (["only-here"], [])


def test_it_listens_on_loopback_only():
    """Nobody outside the machine reaches the published account key."""
    with serve() as azurite:
        endpoints = (azurite.blob_endpoint, azurite.queue_endpoint, azurite.table_endpoint)
        assert all(endpoint.startswith("http://127.0.0.1:") for endpoint in endpoints)


def test_the_process_ends_with_the_block():
    """SIGTERM is enough, even while a client keeps its connection open."""
    with serve() as azurite:
        blobs(azurite).create_container("kept-open")
        assert azurite.process.poll() is None
    assert azurite.process.returncode == 0


def test_an_azurite_that_ended_early_is_told_of():
    """Its clients only know that storage does not answer."""
    with pytest.raises(AzuriteFailed, match="ended by itself, with code -9"), serve() as azurite:
        kill(azurite.process)


def test_a_connection_may_rest_for_longer_than_a_busy_machine_sleeps():
    """Azurite closes it after 5 seconds unless told otherwise, and a call may be on its way."""
    with serve() as azurite:
        address = urlsplit(azurite.blob_endpoint).netloc
        connection = http.client.HTTPConnection(address)
        connection.request("GET", "/devstoreaccount1?comp=list")
        keep_alive = connection.getresponse().headers["Keep-Alive"]
        connection.close()
    assert keep_alive == f"timeout={server.IDLE_SECONDS}"


def test_data_on_disk_outlives_the_process(tmp_path):
    """A stack that is started again on the same folder finds its files."""
    with serve(tmp_path) as azurite:
        blobs(azurite).create_container("lasting").close()
    with serve(tmp_path) as azurite:
        assert containers(azurite) == ["lasting"]


def test_a_start_that_fails_says_so(tmp_path):
    """A location that is a file makes Azurite end at once; the caller does not wait for long."""
    location = tmp_path / "taken"
    location.touch()
    with pytest.raises(AzuriteFailed, match="ended before it was ready"), serve(location):
        pass


def test_without_node_the_error_says_what_to_run(monkeypatch):
    """Someone without Node reads which command helps."""
    monkeypatch.setenv("PATH", "")
    with (
        pytest.raises(AzuriteFailed, match=r"Node\.js is not installed: run `make setup`"),
        serve(),
    ):
        pass


def test_without_node_modules_the_error_says_what_to_run(monkeypatch, tmp_path):
    """Someone with a fresh checkout reads which command helps."""
    monkeypatch.setattr(server, "SCRIPT", tmp_path / "azurite.js")
    with pytest.raises(AzuriteFailed, match="Azurite is not installed: run `make setup`"), serve():
        pass


def test_an_azurite_that_does_not_listen_to_sigterm_is_killed(monkeypatch):
    """The block ends in any case."""
    monkeypatch.setattr(server, "STOP_SECONDS", 0.1)
    with serve() as azurite:
        azurite.process.send_signal(signal.SIGSTOP)
    assert azurite.process.returncode == -signal.SIGKILL
