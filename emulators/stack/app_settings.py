"""The app settings that fit the running services; `func start` takes the same file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


#: Aliases of the hubs that the stack runs.
HUBS = ("factory-a", "factory-b")
#: Alias of the tenant of Intune.
INTUNE = "intune"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast things happen, in seconds. The defaults are for people who watch."""

    job: float = 3  #: an import job takes at least this long
    poll: int = 2  #: between two runs of the poller
    scan: float = 1  #: between two looks for dropped files
    patience: int = 15  #: until a start without an answer counts as stopped
    hidden: float = 600  #: a queue message stays hidden while it is handled


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the services are, and what to trust."""

    storage: str  #: connection string of Azurite
    bus: str  #: connection string of the Service Bus emulator
    #: What the IoT Hub emulator said of each hub, by alias.
    hubs: Mapping[str, Mapping[str, str]]
    graph: str  #: host and port of the Graph emulator
    ca_file: str  #: the authorities that the hubs' and Graph's certificates are signed by


def local_settings(at: Addresses, pace: Pace) -> Mapping[str, Any]:
    """Return the content of `local.settings.json`.

    Args:
        at: Where the services are.
        pace: How fast things happen.
    """
    kinds = {**dict.fromkeys(at.hubs, "iot_hub"), INTUNE: "intune"}
    targets = {
        alias: {"kind": kind, "connection": _setting(alias)} for alias, kind in kinds.items()
    }
    return {
        "IsEncrypted": False,
        "Values": {
            "AzureWebJobsStorage": at.storage,
            "FUNCTIONS_WORKER_RUNTIME": "python",
            "DEVICE_FILES_SOURCE": "LogsAndContainerScan",
            "POLL_SCHEDULE": f"*/{pace.poll} * * * * *",
            "RECONCILE_SCHEDULE": "30 */5 * * * *",
            "IMPORTS_PAUSED": "false",
            "DeviceFiles": at.storage,
            "Exchange": at.storage,
            "Results": at.bus,
            "RESULTS_QUEUE": "import-results",
            "IMPORT_TARGETS": json.dumps(targets),
            "DEFAULT_TARGET": next(iter(at.hubs)),
            "START_PATIENCE_SECONDS": str(pace.patience),
            "ALLOW_LOCAL_HUBS": "true",
            "HUB_CA_FILE": at.ca_file,
            **{_setting(alias): hub["connection_string"] for alias, hub in at.hubs.items()},
            f"{_setting(INTUNE)}__graphHostName": at.graph,
            f"{_setting(INTUNE)}__credential": "local",
        },
    }


def _setting(alias: str) -> str:
    """Return the name of the setting with a target's connection: factory-a is FactoryA."""
    return alias.title().replace("-", "")
