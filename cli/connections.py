"""How the command line reaches storage and the result queue: by the app's own settings."""

import json
import os
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Annotated, Final, Self

import typer
from azure.identity import DefaultAzureCredential
from azure.servicebus import ServiceBusClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient
from rich.console import Console


#: Looked at in this order when no file is named and the environment has no settings.
SETTINGS_FILES: Final = (Path(".local/local.settings.json"), Path("local.settings.json"))

#: The option of every command that needs a connection.
SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", help="App settings file; by default that of the running stack."),
]


class SettingsMissing(Exception):
    """There are no app settings to be found; the message says where they were looked for."""


class Connections:
    """Clients of the services that the settings name; closed at the end of a `with` block."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._open = ExitStack()

    @classmethod
    def from_settings(cls, file: Path | None) -> Self:
        """Take the settings from `file`, else from the environment, else from the usual places.

        Raises:
            SettingsMissing: None of them has any.
        """
        if file is None and _has_storage(os.environ):
            return cls(os.environ)
        for path in [file] if file else SETTINGS_FILES:
            if path.exists():
                return cls(json.loads(path.read_text())["Values"])
        looked_at = file or " and ".join(map(str, SETTINGS_FILES))
        message = f"no app settings in {looked_at}; is the stack running (make up)?"
        raise SettingsMissing(message)

    def __enter__(self) -> Self:
        """Start using the clients."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the clients that were used."""
        self._open.close()

    @cached_property
    def storage(self) -> BlobServiceClient:
        """The storage account with the dropped files, the reports and the records."""
        if text := self._settings.get("DeviceFiles"):
            client = BlobServiceClient.from_connection_string(text)
        else:
            address = self._settings["DeviceFiles__blobServiceUri"]
            client = BlobServiceClient(address, DefaultAzureCredential())
        return self._open.enter_context(client)

    @cached_property
    def queues(self) -> QueueServiceClient:
        """The queues of the same account."""
        if text := self._settings.get("DeviceFiles"):
            client = QueueServiceClient.from_connection_string(text)
        else:
            address = self._settings["DeviceFiles__queueServiceUri"]
            client = QueueServiceClient(address, DefaultAzureCredential())
        return self._open.enter_context(client)

    @cached_property
    def bus(self) -> ServiceBusClient:
        """The namespace with the result queue."""
        if text := self._settings.get("Results"):
            client = ServiceBusClient.from_connection_string(text)
        else:
            namespace = self._settings["Results__fullyQualifiedNamespace"]
            client = ServiceBusClient(namespace, DefaultAzureCredential())
        return self._open.enter_context(client)

    @property
    def results_queue(self) -> str:
        """Name of the result queue."""
        return self._settings.get("RESULTS_QUEUE") or "import-results"


def connected(settings: Path | None) -> Connections:
    """Return the connections for a command, which ends with code 2 if there are no settings."""
    try:
        return Connections.from_settings(settings)
    except SettingsMissing as missing:
        Console(stderr=True).print(str(missing), style="red", markup=False)
        raise typer.Exit(2) from missing


def _has_storage(settings: Mapping[str, str]) -> bool:
    return "DeviceFiles" in settings or "DeviceFiles__blobServiceUri" in settings
