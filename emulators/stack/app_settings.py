"""The app settings that fit the running services; `func start` takes the same file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


#: Aliases of the hubs that the stack runs.
HUBS = ("factory-a", "factory-b")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast things happen, in seconds. The defaults are for people who watch."""

    job: float = 3  #: an import job takes at least this long
    poll: int = 2  #: between two runs of the poller
    scan: float = 1  #: between two looks for dropped files
    patience: int = 15  #: until a start without an answer counts as stopped
    hidden: float = 600  #: a queue message stays hidden while it is handled


def local_settings(
    storage: str, bus: str, hubs: Mapping[str, Mapping[str, str]], ca_file: str, pace: Pace
) -> Mapping[str, Any]:
    """Return the content of `local.settings.json`.

    Args:
        storage: Connection string of Azurite.
        bus: Connection string of the Service Bus emulator.
        hubs: What the IoT Hub emulator said of each hub, by alias.
        ca_file: Certificate that the hubs' are signed by.
        pace: How fast things happen.
    """
    targets = {alias: {"kind": "iot_hub", "connection": _setting(alias)} for alias in hubs}
    return {
        "IsEncrypted": False,
        "Values": {
            "AzureWebJobsStorage": storage,
            "FUNCTIONS_WORKER_RUNTIME": "python",
            "DEVICE_FILES_SOURCE": "LogsAndContainerScan",
            "POLL_SCHEDULE": f"*/{pace.poll} * * * * *",
            "RECONCILE_SCHEDULE": "30 */5 * * * *",
            "IMPORTS_PAUSED": "false",
            "DeviceFiles": storage,
            "Exchange": storage,
            "Results": bus,
            "RESULTS_QUEUE": "import-results",
            "IMPORT_TARGETS": json.dumps(targets),
            "DEFAULT_TARGET": next(iter(hubs)),
            "START_PATIENCE_SECONDS": str(pace.patience),
            "ALLOW_LOCAL_HUBS": "true",
            "HUB_CA_FILE": ca_file,
            **{_setting(alias): hub["connection_string"] for alias, hub in hubs.items()},
        },
    }


def _setting(alias: str) -> str:
    """Return the name of the setting with a hub's connection: factory-a is FactoryA."""
    return alias.title().replace("-", "")
