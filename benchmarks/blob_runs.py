"""An Azurite with dropped files, and programs in processes of their own that work on them."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from azure.storage.blob import BlobServiceClient

from benchmarks.rounds import Run, run_python
from emulators.azurite import serve
from shared.adapters.storage import BLOCK_BYTES
from shared.domain.parts import Part


CONTAINER: Final = "device-files"
#: What the app wants to know and does not use before a job starts.
SETTINGS: Final[Mapping[str, str]] = {
    "Results": "Endpoint=sb://unused.servicebus.windows.net/;"
    "SharedAccessKeyName=unused;SharedAccessKey=dW51c2Vk",
    "IMPORT_TARGETS": '{"unused": {"connection": "Unused"}}',
    "Unused": "HostName=unused.azure-devices.net;SharedAccessKeyName=u;SharedAccessKey=dW51c2Vk",
    "DEFAULT_TARGET": "unused",
}


class BlobRuns:
    """Programs that work on one storage.

    Args:
        connection: Connection string of the storage, which is fresh.
    """

    def __init__(self, connection: str) -> None:
        self._connection = connection
        self._service = BlobServiceClient.from_connection_string(
            connection, max_block_size=BLOCK_BYTES, max_single_put_size=BLOCK_BYTES
        )
        self._dropped = self._service.create_container(CONTAINER)

    def drop(self, source: Path) -> None:
        """Upload a device file under its own name."""
        with source.open("rb") as file:
            self._dropped.upload_blob(source.name, file)

    def run(self, contender: str, source: Path) -> Run:
        """Let one of the blob contenders work on a dropped file."""
        arguments = ("benchmarks.blob_contenders", contender, CONTAINER, source.name)
        return run_python("-m", *arguments, **SETTINGS, DeviceFiles=self._connection)

    def devices(self) -> str:
        """Return a digest of the accepted lines of the only validation, or of the only copy."""
        container = self._service.get_container_client("work")
        (name,) = (
            name
            for name in container.list_blob_names()
            if name.endswith(Part.DEVICES) or name.startswith("copy/")
        )
        digest = hashlib.sha256()
        for chunk in container.download_blob(name).chunks():
            digest.update(chunk)
        return digest.hexdigest()

    def record(self, source: Path) -> Mapping[str, Any]:
        """Return the record of the import of a file."""
        container = self._service.get_container_client("state")
        for name in container.list_blob_names(name_starts_with="active/"):
            record: Mapping[str, Any] = json.loads(container.download_blob(name).readall())
            if record["source"]["name"] == source.name:
                return record
        raise KeyError(source.name)


@contextmanager
def blob_runs() -> Iterator[BlobRuns]:
    """Run an Azurite for some programs."""
    with serve() as azurite:
        yield BlobRuns(azurite.connection_string)
