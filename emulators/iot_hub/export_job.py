"""What an export job does: the registry becomes one blob, the configurations another."""

from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from threading import Event
from typing import Final

from emulators.iot_hub import wire_shapes
from emulators.iot_hub.configurations import Configurations
from emulators.iot_hub.containers import Containers
from emulators.iot_hub.job import JobRequest
from emulators.iot_hub.registry import Registry
from emulators.iot_hub.typed_json import compact


#: The line before the JSON when keys are left out: seen on a live hub, its words were not kept.
NO_KEYS_LINE: Final = b"Warning: authentication keys were excluded from this export.\n"
LINES_IN_MEMORY: Final = 4 * 2**20


@dataclass(frozen=True, slots=True)
class ExportJob:
    """The work of one export job."""

    registry: Registry
    configurations: Configurations
    request: JobRequest
    containers: Containers

    def run(self, stopped: Event) -> None:
        """Export everything. A stopped job writes nothing.

        Raises:
            AzureError: Storage failed.
        """
        with (
            SpooledTemporaryFile(LINES_IN_MEMORY) as lines,
            self.containers.open(self.request.output_uri) as target,
        ):
            for line in self._lines(stopped):
                lines.write(line)  # one by one: writelines would not look at the size in between
            if stopped.is_set():
                return
            lines.seek(0)
            target.upload_blob(self.request.output_blob, lines, overwrite=True)
            if self.request.includes_configurations:
                blob = self.request.configurations_blob
                target.upload_blob(blob, self._configuration_lines(), overwrite=True)

    def _configuration_lines(self) -> bytes:
        kept = self.configurations.all()
        return b"".join(compact(configuration.export_line()) + b"\n" for configuration in kept)

    def _lines(self, stopped: Event) -> Iterator[bytes]:
        with_keys = not self.request.excludes_keys
        if not with_keys:
            yield NO_KEYS_LINE
        for identity in self.registry:
            if stopped.is_set():
                return
            line = wire_shapes.export_line(identity, with_keys=with_keys)
            yield compact(line) + b"\n"
