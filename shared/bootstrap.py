"""Joins triggers, use cases and the world: the only place that reads the environment.

Everything is built on first use and kept for the life of the worker, so that importing
`function_app` needs no setting, costs nothing and imports no SDK; the host imports it to index.
"""

import logging
import os
from collections.abc import Callable
from functools import cache, wraps
from typing import TYPE_CHECKING, Final

from shared import outages
from shared.domain.leaving_errors import safe_to_raise


if TYPE_CHECKING:
    from datetime import datetime

    from shared.azure_ports import AzurePorts
    from shared.settings import Settings


#: Loggers that may only warn. The worker shows everything from INFO on, and the SDKs tell of every
#: call there; below it, urllib3 tells addresses with all that is in them.
QUIET: Final = ("azure", "urllib3", "msal")
#: What may tell the app of new blobs. Source: the `source` of the blob trigger.
EVENT_GRID: Final = "EventGrid"
SCAN: Final = "LogsAndContainerScan"


def _without_secrets[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """Let no exception out of a function that says more than it may."""

    @wraps(function)
    def call(*args: P.args, **named: P.kwargs) -> T:
        try:
            return function(*args, **named)
        except Exception as error:  # noqa: BLE001 - whatever leaves passes here, and is raised
            raise safe_to_raise(error) from None

    return call


def device_files_source() -> str:
    """Return what DEVICE_FILES_SOURCE chooses: Event Grid, unless a scan is asked for.

    The trigger needs it while the app is indexed, so it cannot fail.
    """
    asked = os.environ.get("DEVICE_FILES_SOURCE", "")
    return SCAN if asked.lower() == SCAN.lower() else EVENT_GRID


@_without_secrets
def validate_device_file(container: str, name: str) -> str | None:
    """Take in a dropped file; return the id of an import to start."""
    from shared.use_cases.validate_device_file import validate_device_file as use_case

    return use_case(ports(), container, name, settings().default_target)


@_without_secrets
def start_import_job(import_id: str) -> None:
    """Start the job of an import if it is its turn, and imports are not paused."""
    if settings().paused:
        return
    from shared.use_cases.start_import_job import start_import_job as use_case

    use_case(ports(), import_id, settings().start_patience)


@_without_secrets
def poll_import_jobs() -> list[str]:
    """Bring every import on; return the ids of imports that may start."""
    from shared.use_cases.poll_import_jobs import poll_import_jobs as use_case

    return use_case(ports(), settings().start_patience)


@_without_secrets
def export_devices(message_id: str, sent_at: "datetime", body: str) -> str | None:
    """Take in a request for an export; return the id of an export to start."""
    from shared.use_cases.export_devices import export_devices as use_case

    return use_case(ports(), message_id, sent_at, body)


@_without_secrets
def cancel_import(import_id: str) -> None:
    """Cancel an import or export that has not ended."""
    from shared.use_cases.cancel_import import cancel_import as use_case

    use_case(ports(), import_id)


@_without_secrets
def reconcile_device_files(container: str) -> list[str]:
    """Take in files whose event got lost; return the ids of imports that may start."""
    from shared.use_cases.reconcile_device_files import reconcile_device_files as use_case

    return use_case(ports(), container, settings().default_target)


@_without_secrets
def bury_start_ticket(message: str) -> None:
    """Say that a start ticket was given up."""
    from shared.use_cases.bury_start_ticket import bury_start_ticket as use_case

    use_case(ports(), message)


@_without_secrets
def bury_blob_event(message: str) -> None:
    """Say that an event of a dropped file was given up."""
    from shared.use_cases.bury_blob_event import bury_blob_event as use_case

    use_case(ports(), message, settings().default_target)


@_without_secrets
def bury_export_request(message_id: str, message: str) -> None:
    """Say that a request for an export was given up."""
    from shared.use_cases.bury_export_request import bury_export_request as use_case

    use_case(ports(), message_id, message)


@_without_secrets
def bury_cancel_request(message_id: str, message: str) -> None:
    """Say that a request to cancel was given up."""
    from shared.use_cases.bury_cancel_request import bury_cancel_request as use_case

    use_case(ports(), message_id, message)


@cache
def settings() -> "Settings":
    """Return the app settings."""
    from shared.settings import Settings

    return Settings.from_environ(os.environ)


@cache
def ports() -> "AzurePorts":
    """Return the world of this worker."""
    for sdk in QUIET:
        logging.getLogger(sdk).setLevel(logging.WARNING)
    # What this one warns of it raises too, and then it is said once, in our words.
    logging.getLogger("azure.servicebus").setLevel(logging.CRITICAL)
    from shared.azure_ports import AzurePorts

    built = AzurePorts(settings())
    outages.keep_quiet(built.clock.monotonic)
    return built
