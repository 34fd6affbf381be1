"""What is left of a hub after its process was killed: all that it had told anyone."""

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Event

import pytest
import requests
from azure.iot.hub.models import Twin

from tests.emulators.iot_hub.lines import KEY_A, KEY_B, a_line
from tests.emulators.iot_hub.sdk import Sdk, configuration, devices, job, refusal
from tests.emulators.process import emulator_process


@dataclass
class Process:
    """A hub in a process of its own, as a client sees it."""

    ca_file: str
    base_url: str
    sdk: Sdk

    def order(self, path, body):
        url = f"{self.base_url}/_emulator/{path}"
        assert requests.post(url, json=body, verify=self.ca_file, timeout=30).ok


@pytest.fixture
def hub(tmp_path, sdk):
    """Starts the process, again and again on the same data; leaving the block kills it."""

    @contextmanager
    def started(*options):
        folders = ("--certs", str(tmp_path / "certs"), "--data", str(tmp_path / "data"))
        with emulator_process("iot_hub", "--hub", "h", *folders, *options) as (_, ready):
            hub, ca_file = ready["hubs"]["h"], ready["ca_file"]
            yield Process(ca_file, hub["base_url"], sdk(ca_file, hub["connection_string"]))

    return started


def ended(client, created):
    """Poll a job until it is over and return it."""
    while (seen := client.jobs.get_import_export_job(created.job_id)).end_time_utc is None:
        Event().wait(0.02)
    return seen.as_dict()


def test_devices_twins_configurations_etags_and_history_are_there_again(hub, exchange):
    """To the letter, and an ETag from before is good for a write after."""
    exchange.put(a_line("imported", tags={"site": "x"}), a_line("gone", importMode="update"))
    with hub() as before:
        client = before.sdk
        device = client.registry.create_device_with_sas("d1", KEY_A, KEY_B, "enabled")
        client.registry.create_module_with_sas("d1", "m1", "me", None, None)
        twin = client.registry.update_twin("d1", Twin(tags={"a": 1}), "*").as_dict()
        kept = client.configurations.create_configuration(configuration("c1")).as_dict()
        created = client.jobs.create_import_export_job(job(exchange.an_import()))
        done = ended(client, created)
        module = client.registry.get_module("d1", "m1").as_dict()
    with hub() as after:
        client = after.sdk
        assert client.registry.get_device("d1").as_dict() == device.as_dict()
        assert client.registry.get_module("d1", "m1").as_dict() == module
        assert client.registry.get_twin("d1").as_dict() == twin
        assert client.registry.get_twin("imported").tags == {"site": "x"}
        assert client.configurations.get_configuration("c1").as_dict() == kept
        assert [each.as_dict() for each in client.jobs.get_import_export_jobs()] == [done]
        assert done["status"] == "completed"
        update = partial(client.registry.update_device_with_sas, "d1", device.etag, KEY_A, KEY_B)
        assert update("disabled").etag != device.etag
        assert refusal(update, "enabled") == (412, "PreconditionFailed")


def test_a_job_that_died_with_its_process_has_failed(hub, exchange):
    """It says why and when, for good; what it applied stays, it wrote no log, the slot is free."""
    exchange.put(*(a_line(f"d{number:03}") for number in range(500)))
    with hub("--lines-per-second", "20") as before:
        created = before.sdk.jobs.create_import_export_job(job(exchange.an_import()))
        while not (seen := before.sdk.registry.get_devices()):
            Event().wait(0.02)
        running = before.sdk.jobs.get_import_export_job(created.job_id)
        assert (running.status, running.end_time_utc) == ("running", None)
    with hub() as after:
        failed = after.sdk.jobs.get_import_export_job(created.job_id)
        assert (failed.status, failed.progress) == ("failed", 0)
        assert failed.failure_reason == "The hub was stopped while the job was active."
        assert failed.end_time_utc > failed.start_time_utc == running.start_time_utc
        kept = [device.device_id for device in after.sdk.registry.get_devices()]
        assert kept == [f"d{number:03}" for number in range(len(kept))]
        assert len(seen) <= len(kept) < 500
        assert [blob.name for blob in exchange.output.list_blobs()] == []
        export = after.sdk.jobs.create_import_export_job(job(exchange.an_export()))
        assert ended(after.sdk, export)["status"] == "completed"
    with hub() as again:
        first, second = again.sdk.jobs.get_import_export_jobs()
        assert first.as_dict() == failed.as_dict()
        assert second.job_id == export.job_id


def test_history_is_kept_for_thirty_days(hub, exchange):
    """By the hub's clock, and a job that was forgotten does not come back."""
    with hub() as first:
        old = first.sdk.jobs.create_import_export_job(job(exchange.an_export()))
        ended(first.sdk, old)
        first.order("clock", {"advance": 30 * 24 * 3600 - 60})
        assert len(first.sdk.jobs.get_import_export_jobs()) == 1
        new = first.sdk.jobs.create_import_export_job(job(exchange.an_export()))
        ended(first.sdk, new)
        first.order("clock", {"advance": 120})
        assert [each.job_id for each in first.sdk.jobs.get_import_export_jobs()] == [new.job_id]
        for gone in (
            refusal(first.sdk.jobs.get_import_export_job, old.job_id),
            refusal(first.sdk.jobs.cancel_import_export_job, old.job_id),
        ):
            assert gone == (404, "JobNotFound")
    with hub() as second:
        assert [each.job_id for each in second.sdk.jobs.get_import_export_jobs()] == [new.job_id]


def test_tier_units_and_limit_come_from_the_command_line(hub):
    """A process starts with a minute of its own."""
    for _ in range(2):
        with hub("--tier", "S1", "--units", "2", "--device-limit", "3") as running:
            registry = running.sdk.registry
            names = [f"d{number}" for number in range(100)]
            result = registry.bulk_create_or_update_devices(devices(*names))
            assert [error.device_id for error in result.errors] == names[3:]
            for _ in range(100):
                registry.get_device("d0")
            assert refusal(registry.get_device, "d0") == (429, "ThrottlingBacklogTimeout")
            running.order("clock", {"advance": 60})
            assert registry.get_device("d0").device_id == "d0"
