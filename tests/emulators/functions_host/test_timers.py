"""Timers, through host processes and Azurite."""

import json
import signal
from datetime import UTC, datetime

import pytest

from tests.emulators.functions_host.running import running_host


NEW_YEAR = "0 0 0 1 1 *"


@pytest.fixture
def status(storage):
    """Return the blob that holds what the timer `sometimes` remembers."""
    name = f"timers/{storage.name}/Host.Functions.sometimes/status"
    return storage.blobs.get_blob_client("azure-webjobs-hosts", name)


def test_timers_run_when_they_are_due(storage):
    """A failure is logged and not repeated; the next run comes when it is due."""
    with running_host("timers", storage.settings | {"SCHEDULE": NEW_YEAR}) as host:
        host.wait_for("tick failed after .* ms: ValueError: ticked, past due: False$", times=2)
        host.wait_for("INFO timers: started, past due: False, status: {}$")
        host.process.send_signal(signal.SIGTERM)
        assert "sometimes started" not in host.log()
        assert host.process.returncode == 0


def test_a_missed_run_is_made_up_for_once(storage, status):
    """However many were missed; after that the timer is up to date."""
    settings = storage.settings | {"SCHEDULE": NEW_YEAR}
    with running_host("timers", settings) as host:
        host.wait_for("at_start succeeded")
    past = {"Last": "2020-01-01T00:00:00+00:00", "LastUpdated": "2020-01-01T00:00:00+00:00"}
    past["Next"] = "2021-01-01T00:00:00+00:00"
    status.upload_blob(json.dumps(past), overwrite=True)
    with running_host("timers", settings) as host:
        host.wait_for("INFO timers: ran, past due: True, next: 2021-01-01T00:00:00")
        host.wait_for("sometimes succeeded")
        host.wait_for("tick failed")
        host.process.send_signal(signal.SIGTERM)
        assert len([line for line in host.log().splitlines() if "timers: ran" in line]) == 1
    known = json.loads(status.download_blob().readall())
    assert datetime.fromisoformat(known["Next"]) > datetime.now(UTC)


def test_a_timer_can_be_an_interval(storage):
    """`hh:mm:ss` runs that long after the start, again and again."""
    with running_host("timers", storage.settings | {"SCHEDULE": "00:00:01"}) as host:
        host.wait_for("INFO timers: ran, past due: False, next: None", times=2)
