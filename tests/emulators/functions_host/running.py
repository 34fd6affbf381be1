"""Runs the host as a process and reads its log; names storage after the test that uses it."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, ContainerClient
from azure.storage.queue import QueueClient, QueueServiceClient


APPS = Path(__file__).parent / "apps"


class RunningHost:
    """A host process; its log lines can be waited for."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.ready: dict[str, dict[str, str]] = {}

    def wait_until_ready(self) -> None:
        """Read the ready line."""
        assert self.process.stdout
        word, _, ready = self.process.stdout.readline().partition(" ")
        assert word == "READY", self.log()
        self.ready = json.loads(ready)

    def rest_of_stdout(self) -> str:
        """Return what came after the ready line: nothing, if all is well."""
        assert self.process.stdout
        return self.process.stdout.read()

    def log(self) -> str:
        """Wait until the process ends; return all of its log."""
        self.process.wait(20)
        self._reader.join()
        return "\n".join(self.lines)

    def wait_for(self, pattern: str, times: int = 1) -> list[str]:
        """Wait until that many lines match; return them."""

        def found() -> list[str]:
            return [line for line in self.lines if re.search(pattern, line)]

        with self._changed:
            complete = self._changed.wait_for(lambda: len(found()) >= times, timeout=20)
        assert complete, f"{pattern!r} is missing in\n" + "\n".join(self.lines)
        return found()

    def _read(self) -> None:
        for line in self.process.stderr or ():
            with self._changed:
                self.lines.append(line.rstrip())
                self._changed.notify_all()


def host_command(app: str, *options: str) -> list[str]:
    """Return the command line that runs an app of `apps/`."""
    module = ("-m", "emulators.functions_host")
    return [sys.executable, *module, "--app", str(APPS / app), "--scan-seconds", "0.1", *options]


@contextmanager
def running_host(app: str, settings: Mapping[str, str], *options: str) -> Iterator[RunningHost]:
    """Run a host; kill it at the end of the block if it still runs."""
    with subprocess.Popen(  # noqa: S603 - our own command line
        host_command(app, *options),
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        host = RunningHost(process)
        try:
            host.wait_until_ready()
            yield host
        finally:
            process.kill()
            host.log()


class Storage:
    """The storage account of one test: every name in it starts with the test's own."""

    def __init__(self, connection_string: str, name: str) -> None:
        self.connection_string = connection_string
        self.name = name
        self.blobs = BlobServiceClient.from_connection_string(connection_string)
        self.queues = QueueServiceClient.from_connection_string(connection_string)

    @property
    def settings(self) -> dict[str, str]:
        """Return the app settings that lead an app here."""
        return {
            "AzureWebJobsStorage": self.connection_string,
            "Files": self.connection_string,
            "TEST": self.name,
            "AzureFunctionsWebHost__hostid": self.name,
        }

    def container(self, name: str) -> ContainerClient:
        """Return a new container."""
        return self.blobs.create_container(f"{self.name}-{name}")

    def queue(self, name: str) -> QueueClient:
        """Return a queue of that name."""
        return self.queues.get_queue_client(f"{self.name}-{name}")

    def host_blobs(self) -> list[str]:
        """Return the names of what hosts keep for themselves."""
        return list(self.blobs.get_container_client("azure-webjobs-hosts").list_blob_names())

    def close(self) -> None:
        """Close the connections."""
        self.blobs.close()
        self.queues.close()


def messages(queue: QueueClient) -> list[str]:
    """Return the texts of the visible messages, as they are; none if there is no queue."""
    try:
        return [message.content for message in queue.peek_messages(max_messages=32)]
    except ResourceNotFoundError:
        return []
