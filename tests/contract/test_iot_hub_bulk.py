"""Bulk calls into the emulated hub: throttled, without answers, with every kind of line."""

from dataclasses import replace
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.storage.blob import BlobServiceClient

from emulators.iot_hub.faults import Action, Fault, When
from shared.adapters.iot_hub_client import IotHubClient, bearer_token
from shared.adapters.run_documents import job_id
from shared.domain.errors import Unavailable
from shared.domain.job import JobStatus
from tests.builders import a_line
from tests.bulk_calls import PATIENCE, BulkCalls, CountingRegistry, devices
from tests.emulators.iot_hub.lines import create, found


class NoCredential:
    """A credential that is never asked for more than this."""

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken("none", 2**31)


def test_250_devices_go_through_a_throttled_hub(calls: BulkCalls):
    """A count and 99 at once, 100 after a minute, 51 after two; the hub never has to refuse."""
    ref = calls.accept(*devices(250, importMode="create"))
    assert calls.finish(ref) == 120
    assert [len(call) for call in calls.registry.calls] == [99, 100, 51]
    assert calls.running.hub.calls["GET /statistics/devices"] == 1
    assert calls.registry.busiest_minute() == 100
    assert calls.registry.throttled == 0
    assert len(calls.running.hub.registry) == 250
    assert calls.said(ref) == []


def test_two_imports_share_the_budget_of_a_hub(
    calls: BulkCalls, storage: BlobServiceClient, fresh: str
):
    """Whoever comes second takes what is left, and the hub never has to refuse."""
    other = BulkCalls(calls.running, storage, f"{fresh}-other", clock=calls.clock)
    other.place = replace(other.place, budget=calls.place.budget)
    first, second = calls.accept(*devices(60)), other.accept(*devices(60, importMode="update"))
    assert calls.poll(first).status is JobStatus.COMPLETED
    assert other.poll(second).status is JobStatus.RUNNING
    assert other.finish(second) == 60
    assert [len(call) for call in other.registry.calls] == [40, 20]


def test_a_hub_that_throttles_is_left_alone_for_a_while(calls: BulkCalls):
    """Somebody else uses it too: nothing was applied, and after ten seconds it is tried again."""
    calls.running.hub.faults.add(Fault("POST /devices", Action.STATUS, 429))
    ref = calls.accept(*devices(3, importMode="create"))
    assert calls.poll(ref).status is JobStatus.RUNNING
    calls.wait(9)
    calls.poll(ref)
    assert len(calls.registry.calls) == 1
    calls.wait(1)
    assert calls.poll(ref).status is JobStatus.COMPLETED
    assert calls.said(ref) == []


def test_lines_of_every_kind_go_by_calls(calls: BulkCalls):
    """Every mode, modules, twins, deletes; each line has the outcome that the hub says."""
    registry = calls.running.hub.registry
    for name in ("replaced", "tagged", "deleted", "there", "stale"):
        create(registry, name)
    etag = found(registry, "replaced").etag
    twin_etag = found(registry, "tagged").twin_etag
    lines = [
        a_line("new"),
        a_line("there", importMode="create"),
        a_line("replaced", importMode="updateIfMatchETag", eTag=etag, statusReason="moved"),
        a_line("stale", importMode="createOrUpdateIfMatchETag", eTag="MQ=="),
        a_line("missing", importMode="update"),
        a_line("tagged", importMode="updateTwinIfMatchETag", twinETag=twin_etag, tags={"a": 1}),
        a_line("deleted", importMode="delete"),
        a_line("nobody", importMode="deleteIfMatchETag", eTag="MQ=="),
        a_line("new", moduleId="m", importMode="create"),
        a_line("new", moduleId="other", importMode="updateTwin", tags={}),
    ]
    ref = calls.accept(*lines)
    calls.finish(ref)
    assert {(one.device_id, one.module_id): one.code for one in calls.said(ref)} == {
        ("there", None): "DeviceAlreadyExists",
        ("stale", None): "PreconditionFailed",
        ("missing", None): "DeviceNotFound",
        ("nobody", None): "DeviceNotFound",
        ("new", "other"): "ModuleNotFound",
    }
    assert found(registry, "replaced").status_reason == "moved"
    assert found(registry, "tagged").tags == '{"a": 1}'
    assert registry.find("deleted") is None
    assert found(registry, "new", "m")


def test_what_a_line_builds_on_goes_before_it(calls: BulkCalls):
    """Devices, then modules: never in one call, for its order is the hub's affair."""
    ref = calls.accept(a_line("d1"), a_line("d2"), a_line("d1", moduleId="m"))
    calls.finish(ref)
    assert calls.registry.calls == [["d1", "d2"], ["d1"]]


@pytest.mark.parametrize("action", [Action.RESET, Action.TRUNCATE, Action.HTML, Action.HANG])
def test_after_a_lost_answer_nothing_is_repeated(calls: BulkCalls, action: Action):
    """All was applied: each device is looked at, and no key is made anew. The report says so."""
    calls.running.hub.faults.add(Fault("POST /devices", action, when=When.AFTER))
    registry = calls.running.hub.registry
    ref = calls.accept(*devices(5, tags={"floor": 1}))
    calls.poll(ref)
    before = [found(registry, f"d{number:03}") for number in range(5)]
    seconds = calls.finish(ref)
    assert PATIENCE.total_seconds() <= seconds <= PATIENCE.total_seconds() + 60
    assert calls.running.hub.calls["POST /devices"] == 1
    assert [found(registry, f"d{number:03}") for number in range(5)] == before
    assert {(one.code, one.applied) for one in calls.said(ref)} == {("found_applied", True)}
    assert len(calls.said(ref)) == 5


def test_after_a_call_that_never_arrived_lines_go_singly(calls: BulkCalls):
    """Nothing was applied: each line has a call of its own, right after a look."""
    calls.running.hub.faults.add(Fault("POST /devices", Action.RESET))
    ref = calls.accept(*devices(5, importMode="create"))
    calls.finish(ref)
    assert [len(call) for call in calls.registry.calls] == [5, 1, 1, 1, 1, 1]
    assert len(calls.running.hub.registry) == 5
    assert calls.said(ref) == []


def test_a_line_whose_answers_always_get_lost_is_given_up(calls: BulkCalls):
    """The import ends all the same, and says which device a person must look at."""
    calls.running.hub.faults.add(Fault("POST /devices", Action.RESET, times=3))
    ref = calls.accept(*devices(1, importMode="create"))
    calls.finish(ref)
    (said,) = calls.said(ref)
    assert (said.device_id, said.code, said.applied) == ("d000", "answer_lost", False)
    assert len(calls.registry.calls) == 3


def test_a_call_that_one_line_spoils_is_made_line_by_line(calls: BulkCalls):
    """The hub refuses the whole call and names nobody, so each line is asked about by itself."""
    ref = calls.accept(a_line("a"), a_line("b", status="asleep"), a_line("c"))
    calls.finish(ref)
    (said,) = calls.said(ref)
    assert (said.device_id, said.code) == ("b", "DeserializationError")
    assert len(calls.running.hub.registry) == 2


def test_a_hub_that_lets_nobody_in_fails_the_import(calls: BulkCalls):
    """Before the first answer, the job as a whole has failed, with the hub's reason."""
    calls.running.hub.faults.add(Fault("POST /devices", Action.STATUS, 401))
    ref = calls.accept(*devices(3))
    job = calls.poll(ref)
    assert job.status is JobStatus.FAILED
    assert job.failure_reason


def test_a_hub_that_stops_in_the_middle_fails_the_lines_that_are_left(calls: BulkCalls):
    """What was applied stays applied; every other line is told that the hub lets nobody in."""
    ref = calls.accept(*devices(150))
    calls.poll(ref)
    calls.running.hub.faults.add(Fault("POST /devices", Action.STATUS, 401))
    calls.finish(ref)
    failed = [one.device_id for one in calls.said(ref)]
    assert failed == [f"d{number:03}" for number in range(99, 150)]


def test_a_twin_that_got_lost_is_written_by_a_second_call(calls: BulkCalls):
    """The hub registered a device without its twin; the report says that it was made up for."""
    calls.running.hub.twins_to_lose = 2
    ref = calls.accept(*devices(3, tags={"floor": 1}))
    calls.finish(ref)
    registry = calls.running.hub.registry
    assert [found(registry, f"d00{number}").tags for number in range(3)] == ['{"floor": 1}'] * 3
    assert [(one.device_id, one.code, one.applied) for one in calls.said(ref)] == [
        ("d000", "DeviceRegisteredWithoutTwin", True),
        ("d001", "DeviceRegisteredWithoutTwin", True),
    ]


def test_a_call_that_never_left_is_made_by_the_next_poll(calls: BulkCalls):
    """Nothing listens there, so nothing was applied and nothing is in doubt."""
    hub = calls.registry
    nowhere = CountingRegistry(
        IotHubClient("localhost:1", bearer_token(NoCredential()), 1), calls.clock
    )
    nowhere.host = hub.host
    calls.place = calls.worker(registry=nowhere)
    ref = calls.accept(*devices(2, importMode="create"))
    with pytest.raises(Unavailable):
        calls.poll(ref)
    calls.place = calls.worker()
    assert calls.poll(ref).status is JobStatus.COMPLETED
    assert calls.said(ref) == []


def test_a_cancelled_import_sends_no_more(calls: BulkCalls):
    """What was applied stays; every line that had no answer is told to be cancelled."""
    ref = calls.accept(*devices(150, importMode="create"))
    calls.poll(ref)
    calls.target.cancel(job_id(ref))
    calls.wait(60)
    assert calls.poll(ref).status is JobStatus.CANCELLED
    assert len(calls.registry.calls) == 1
    said = calls.said(ref)
    assert {one.code for one in said} == {"cancelled"}
    assert [one.device_id for one in said] == [f"d{number:03}" for number in range(99, 150)]
