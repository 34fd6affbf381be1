"""What an import job does: every line of the input is applied, every refusal is written down.

Source: Microsoft's page "Import and export IoT Hub device identities in bulk" for the blobs;
real logs in azure-functions-host#1641 and azure-iot-sdk-java#1599 for their lines.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import batched
from tempfile import SpooledTemporaryFile
from threading import Event
from typing import IO, Any, Final

from emulators.iot_hub import import_modes
from emulators.iot_hub.configurations import Configurations
from emulators.iot_hub.containers import Containers, delete, read_lines
from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.export_import_device import parse_line
from emulators.iot_hub.import_configuration import parse_configuration
from emulators.iot_hub.job import JobRequest
from emulators.iot_hub.pace import Pace
from emulators.iot_hub.registry import Registry
from emulators.iot_hub.typed_json import Unreadable, compact


CONFIGURATION_ERRORS_BLOB: Final = "importConfigErrors.log"
#: More errors than this wait on disk until they are uploaded.
ERRORS_IN_MEMORY: Final = 4 * 2**20

#: Applies a line and returns its line in the log, if it was refused.
type Apply = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class _Part:
    """One blob of the input, what is done with its lines, and the log of those refused."""

    blob: str
    apply: Apply
    log: str


@dataclass(frozen=True, slots=True)
class ImportJob:
    """The work of one import job."""

    registry: Registry
    configurations: Configurations
    request: JobRequest
    containers: Containers
    pace: Pace

    def run(self, stopped: Event) -> None:
        """Import until the end of the input, or until the job is stopped.

        The logs are there, empty, even if every line was applied. A stopped job writes none.

        Raises:
            AzureError: Storage failed.
        """
        with (
            ExitStack() as files,
            self.containers.open(self.request.input_uri) as source,
            self.containers.open(self.request.output_uri) as target,
        ):
            logs: dict[str, IO[bytes]] = {}
            for part in self._parts():
                delete(target, part.log)
                logs[part.log] = files.enter_context(SpooledTemporaryFile(ERRORS_IN_MEMORY))
                self._apply_all(part, read_lines(source, part.blob), logs[part.log], stopped)
                if stopped.is_set():
                    return
            for name, errors in logs.items():
                errors.seek(0)
                target.upload_blob(name, errors, overwrite=True)

    def _parts(self) -> Iterator[_Part]:
        yield _Part(self.request.input_blob, self._device, self.request.errors_blob)
        if self.request.imports_configurations:
            blob = self.request.configurations_blob
            yield _Part(blob, self._configuration, CONFIGURATION_ERRORS_BLOB)

    def _apply_all(
        self, part: _Part, lines: Iterable[str], errors: IO[bytes], stopped: Event
    ) -> None:
        began, done = time.monotonic(), 0
        for batch in batched(lines, self.pace.batch, strict=False):
            with self.registry.transaction():
                # Whoever stops a job does so between two transactions, so this holds to the end.
                if stopped.is_set():
                    return
                errors.writelines(map(part.apply, batch))
            done += len(batch)
            self.pace.keep(began, done, stopped)

    def _device(self, line: str) -> bytes:
        try:
            wish = parse_line(line)
        except Unreadable as error:
            return _unreadable("device", line, error)
        try:
            import_modes.apply(self.registry, wish)
        except HubError as error:
            named = {"moduleId": wish.module_id} if wish.module_id else {}
            return _log_line({"deviceId": wish.id, **named} | _reason(error))
        return b""

    def _configuration(self, line: str) -> bytes:
        try:
            wish = parse_configuration(line)
        except Unreadable as error:
            return _unreadable("configuration", line, error)
        try:
            self.configurations.apply(wish)
        except HubError as error:
            return _log_line({"configurationId": wish.spec.id} | _reason(error))
        return b""


def _unreadable(kind: str, line: str, error: Unreadable) -> bytes:
    text = f"Invalid {kind} format in line: {line}. {error.told_about(line)}"
    return _log_line(_reason(HubError(ErrorCode.DeserializationError, text)))


def _reason(error: HubError) -> dict[str, Any]:
    return {"errorCode": int(error.code), "errorStatus": error.text}


def _log_line(entry: dict[str, Any]) -> bytes:
    return compact(entry) + b"\n"
