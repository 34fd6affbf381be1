"""`function_app.py` in Microsoft's own runtime: what the host is told, and what it invokes."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient

from emulators.azurite import RunningAzurite
from emulators.functions_host.blob_data import reference
from emulators.functions_host.protos import TypedData
from emulators.functions_host.timer_trigger import timer_data
from emulators.functions_host.worker import Invocation, Worker
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.server import serve
from shared import bootstrap
from tests.builders import a_file, a_line
from tests.waiting import until


ROOT = Path(__file__).parents[2]
TICKETS = {
    "direction": "OUT",
    "type": "queue",
    "queueName": "start-tickets",
    "connection": "DeviceFiles",
}
GOLDEN = {
    "validate_device_file": [
        TICKETS | {"name": "ticket", "properties": {"SupportsDeferredBinding": False}},
        {
            "direction": "IN",
            "type": "blobTrigger",
            "name": "file",
            "path": "device-files/{name}",
            "connection": "DeviceFiles",
            "source": "EventGrid",
            "properties": {"SupportsDeferredBinding": True},
        },
    ],
    "start_import_job": [
        {
            "direction": "IN",
            "type": "queueTrigger",
            "name": "ticket",
            "queueName": "start-tickets",
            "connection": "DeviceFiles",
        }
    ],
    "reconcile_device_files": [
        TICKETS | {"name": "tickets"},
        {
            "direction": "IN",
            "type": "timerTrigger",
            "name": "timer",
            "schedule": "%RECONCILE_SCHEDULE%",
            "runOnStartup": False,
        },
    ],
    "bury_start_ticket": [
        {
            "direction": "IN",
            "type": "queueTrigger",
            "name": "ticket",
            "queueName": "start-tickets-poison",
            "connection": "DeviceFiles",
        }
    ],
    "bury_blob_event": [
        {
            "direction": "IN",
            "type": "queueTrigger",
            "name": "event",
            "queueName": "webjobs-blobtrigger-poison",
            "connection": "DeviceFiles",
        }
    ],
    "export_devices": [
        TICKETS | {"name": "ticket"},
        {
            "direction": "IN",
            "type": "queueTrigger",
            "name": "request",
            "queueName": "export-requests",
            "connection": "DeviceFiles",
        },
    ],
    "cancel_import": [
        {
            "direction": "IN",
            "type": "queueTrigger",
            "name": "request",
            "queueName": "cancel-requests",
            "connection": "DeviceFiles",
        }
    ],
    "bury_export_request": [
        {
            "direction": "IN",
            "type": "queueTrigger",
            "name": "request",
            "queueName": "export-requests-poison",
            "connection": "DeviceFiles",
        }
    ],
    "bury_cancel_request": [
        {
            "direction": "IN",
            "type": "queueTrigger",
            "name": "request",
            "queueName": "cancel-requests-poison",
            "connection": "DeviceFiles",
        }
    ],
    "poll_import_jobs": [
        TICKETS | {"name": "tickets"},
        {
            "direction": "IN",
            "type": "timerTrigger",
            "name": "timer",
            "schedule": "%POLL_SCHEDULE%",
            "runOnStartup": False,
        },
    ],
}


def in_process_of_its_own(code: str, **environ: str) -> str:
    run = subprocess.run(  # noqa: S603 - this interpreter, a program of this test
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


INDEX = f"""
import asyncio, json
from pathlib import Path
from emulators.functions_host.worker import Worker
worker = asyncio.run(Worker(Path({str(ROOT)!r})).start())
print(json.dumps(worker.functions))
"""


def test_the_host_is_told_these_bindings():
    """Exactly these functions, and no setting was needed to index them."""
    functions = json.loads(in_process_of_its_own(INDEX))
    assert functions == GOLDEN


def test_one_setting_chooses_between_events_and_a_scan():
    """Locally there is no Event Grid."""
    scan = "LogsAndContainerScan"
    functions = json.loads(in_process_of_its_own(INDEX, DEVICE_FILES_SOURCE=scan))
    assert functions["validate_device_file"][1]["source"] == scan


def test_importing_the_app_imports_no_sdk():
    """Indexing must be cheap: clients and models come with the first invocation."""
    code = """
import sys, function_app
heavy = ["azure.storage", "azure.servicebus", "azure.identity", "azure.core", "pydantic"]
print([name for name in heavy if name in sys.modules])
"""
    assert in_process_of_its_own(code).strip() == "[]"


#: What the host tells of a message beside its text.
MESSAGE = {
    "Id": TypedData(string="5d5d0d5e-9c1b-4f6c-8f0c-1c1f5ad6c4f0"),
    "InsertionTime": TypedData.of_json("2026-11-22T09:00:00+00:00"),
}


@pytest.fixture
def hub() -> Hub:
    """A hub whose jobs end at once."""
    return Hub()


@pytest.fixture
def environment(
    azurite: RunningAzurite, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """All settings, and clients that are built anew."""
    with serve(hub) as running:
        settings = {
            "DeviceFiles": azurite.connection_string,
            "Results": "Endpoint=sb://localhost:1;SharedAccessKeyName=x;SharedAccessKey=eA==;",
            "IMPORT_TARGETS": '{"hub": {"connection": "TheHub"}}',
            "TheHub": running.connection_string,
            "HUB_CA_FILE": str(running.ca_file),
            "ALLOW_LOCAL_HUBS": "true",
            "POLL_SCHEDULE": "0 * * * * *",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        bootstrap.settings.cache_clear()
        bootstrap.ports.cache_clear()
        yield
    bootstrap.settings.cache_clear()
    bootstrap.ports.cache_clear()


@pytest.mark.usefixtures("environment")
def test_each_function_runs_when_the_host_invokes_it(storage: BlobServiceClient, hub: Hub):
    """A blob becomes a ticket, and a job, and an ended import; a request an export, cancelled.

    Dead letters of requests are taken in as well.
    """
    container = storage.get_container_client("device-files")
    if not container.exists():
        container.create_container()
    container.upload_blob("hub/runtime.txt", a_file(a_line("by-the-runtime")), overwrite=True)

    async def run() -> list[Invocation]:
        worker = await Worker(ROOT).start()
        blob = reference("DeviceFiles", "device-files", "hub/runtime.txt")
        dropped = await worker.invoke("validate_device_file", blob)
        ticket = dropped.outputs["ticket"].value
        started = await worker.invoke("start_import_job", TypedData(string=ticket), {})
        polled = await worker.invoke("poll_import_jobs", timer_data(None, past_due=False))
        request = TypedData(string='{"target": "hub"}')
        asked = await worker.invoke("export_devices", request, MESSAGE)
        export_id = asked.outputs["ticket"].value
        cancelled = await worker.invoke("cancel_import", TypedData(string=export_id), {})
        buried = [
            await worker.invoke(f"bury_{what}_request", TypedData(string="rubbish"), MESSAGE)
            for what in ("export", "cancel")
        ]
        return [dropped, started, polled, asked, cancelled, *buried]

    invocations = asyncio.run(run())
    assert [(one.ok, one.error) for one in invocations] == [(True, None)] * 7
    assert hub.calls["POST /jobs/create"] == 1
    until(lambda: hub.registry.statistics().enabled == 1, "the device is there")


@pytest.mark.usefixtures("environment")
def test_missing_settings_are_said_by_the_first_invocation(monkeypatch: pytest.MonkeyPatch):
    """All at once, and no value among them."""
    monkeypatch.delenv("Results")
    monkeypatch.delenv("TheHub")

    async def run() -> Any:
        worker = await Worker(ROOT).start()
        return await worker.invoke("poll_import_jobs", timer_data(None, past_due=False))

    error = asyncio.run(run()).error
    assert "Results" in error
    assert "TheHub" in error
    assert "AccountKey" not in error
