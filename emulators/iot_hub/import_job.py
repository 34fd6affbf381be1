"""What an import job does: every line of the input is applied, every refusal is written down.

Source: Microsoft's page "Import and export IoT Hub device identities in bulk" for the blobs;
real logs in azure-functions-host#1641 and azure-iot-sdk-java#1599 for their lines.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import batched
from tempfile import SpooledTemporaryFile
from threading import Event
from typing import IO, Any, Final

from emulators.iot_hub import import_modes
from emulators.iot_hub.containers import container, delete, read_lines
from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.export_import_device import parse_line
from emulators.iot_hub.job import JobRequest
from emulators.iot_hub.pace import Pace
from emulators.iot_hub.registry import Registry
from emulators.iot_hub.typed_json import Unreadable, compact


CONFIGURATION_ERRORS_BLOB: Final = "importConfigErrors.log"
#: More errors than this wait on disk until they are uploaded.
ERRORS_IN_MEMORY: Final = 4 * 2**20


@dataclass(frozen=True, slots=True)
class ImportJob:
    """The work of one import job."""

    registry: Registry
    request: JobRequest
    pace: Pace

    def run(self, stopped: Event) -> None:
        """Import until the end of the input, or until the job is stopped.

        The log is there, empty, even if every line was applied. A stopped job writes none.

        Raises:
            AzureError: Storage failed.
        """
        with (
            SpooledTemporaryFile(ERRORS_IN_MEMORY) as errors,
            container(self.request.input_uri) as source,
            container(self.request.output_uri) as target,
        ):
            delete(target, self.request.errors_blob)
            self._apply_all(read_lines(source, self.request.input_blob), errors, stopped)
            if stopped.is_set():
                return
            errors.seek(0)
            target.upload_blob(self.request.errors_blob, errors, overwrite=True)
            if self.request.includes_configurations:
                target.upload_blob(CONFIGURATION_ERRORS_BLOB, b"", overwrite=True)

    def _apply_all(self, lines: Iterable[str], errors: IO[bytes], stopped: Event) -> None:
        began, done = time.monotonic(), 0
        for batch in batched(lines, self.pace.batch, strict=False):
            with self.registry.transaction():
                # Whoever stops a job does so between two transactions, so this holds to the end.
                if stopped.is_set():
                    return
                errors.writelines(self._apply(line) for line in batch)
            done += len(batch)
            self.pace.keep(began, done, stopped)

    def _apply(self, line: str) -> bytes:
        """Apply a line and return its line in the log, if it was refused."""
        try:
            wish = parse_line(line)
        except Unreadable as error:
            return _log_line(_unreadable(line, error))
        try:
            import_modes.apply(self.registry, wish)
        except HubError as error:
            named = {"moduleId": wish.module_id} if wish.module_id else {}
            return _log_line({"deviceId": wish.id, **named} | _reason(error))
        return b""


def _unreadable(line: str, error: Unreadable) -> dict[str, Any]:
    text = f"Invalid device format in line: {line}. {error.told_about(line)}"
    return _reason(HubError(ErrorCode.DeserializationError, text))


def _reason(error: HubError) -> dict[str, Any]:
    return {"errorCode": int(error.code), "errorStatus": error.text}


def _log_line(entry: dict[str, Any]) -> bytes:
    return compact(entry) + b"\n"
