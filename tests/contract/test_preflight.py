"""What is tried before a job starts, and how it is said that something is missing."""

from dataclasses import replace

import pytest
from azure.storage.blob import BlobServiceClient, ContainerSasPermissions

from emulators.iot_hub.tier import Tier
from shared.adapters import exchange
from shared.adapters.exchange import Exchange
from shared.adapters.iot_hub import IotHubTarget
from shared.adapters.iot_hub_client import IotHubClient, SharedAccessPolicy
from shared.adapters.iot_hub_registry import IotHubRegistry
from shared.adapters.system_clock import SystemClock
from shared.domain.errors import TargetRefused, TargetThrottled, Unavailable
from shared.domain.import_record import Export
from shared.domain.task import Task
from shared.ports import AttemptRef
from tests.bulk_calls import BulkCalls
from tests.contract.targets import PLANES, Service
from tests.emulators.iot_hub.lines import create


@pytest.fixture
def ref(fresh: str) -> AttemptRef:
    return AttemptRef(fresh, 1, 1)


@pytest.mark.parametrize(
    ("name", "rights", "code"),
    [
        ("_OUTPUT_RIGHTS", ContainerSasPermissions(read=True, delete=True), "storage_write"),
        ("_INPUT_RIGHTS", ContainerSasPermissions(list=True), "storage_read"),
        ("_OUTPUT_RIGHTS", ContainerSasPermissions(write=True, delete=True), "storage_read"),
        ("_OUTPUT_RIGHTS", ContainerSasPermissions(read=True, write=True), "storage_delete"),
    ],
)
def test_a_right_that_the_hub_would_miss_is_named(
    service: Service,
    ref: AttemptRef,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    rights: ContainerSasPermissions,
    code: str,
):
    """By the very SAS that the hub would get; the signature is in no message."""
    monkeypatch.setattr(exchange, name, rights)
    with pytest.raises(TargetRefused, match="Storage Blob Data Contributor") as refused:
        service.target("data plane").preflight(ref, {})
    assert refused.value.code == code
    assert "devstoreaccount1" in refused.value.message
    assert "sig=" not in str(refused.value)


def test_an_account_that_lets_nobody_in_is_named(service: Service, ref: AttemptRef):
    """A wrong key shows when the container is made."""
    wrong = "d3Jvbmcta2V5LXdyb25nLWtleS13cm9uZy1rZXkhISE="
    key = service.storage.credential.account_key
    address = service.storage.url
    with BlobServiceClient(
        address, {"account_name": "devstoreaccount1", "account_key": wrong}
    ) as out:
        target = IotHubTarget(service.client(), Exchange(out, out, SystemClock()), strict=False)
        with pytest.raises(TargetRefused) as refused:
            target.preflight(ref, {})
    assert refused.value.code == "storage_create"
    assert key not in str(refused.value)


def test_storage_that_does_not_answer_puts_the_start_off(service: Service, ref: AttemptRef):
    """It is nobody's fault, so nothing fails for it."""
    connection = {"account_name": "devstoreaccount1", "account_key": "eA=="}
    with BlobServiceClient(
        "http://127.0.0.1:1/devstoreaccount1", connection, retry_total=0
    ) as away:
        target = IotHubTarget(service.client(), Exchange(away, away, SystemClock()), strict=False)
        with pytest.raises(Unavailable):
            target.preflight(ref, {})


@pytest.mark.parametrize("plane", PLANES)
def test_a_file_that_does_not_fit_is_refused_with_the_numbers(
    service: Service, ref: AttemptRef, plane: str
):
    """Of a free hub's 500 devices one is there; what a file deletes makes room."""
    service.hub.scale(Tier.F1)
    scene = service.scene(plane)
    target = scene.target
    if isinstance(target, IotHubTarget):
        client = service.client()
        target = IotHubTarget(client, service.exchange, strict=False, device_limit=500)
    target.preflight(ref, {"create": 499})
    target.preflight(ref, {"create": 500, "delete": 1})
    with pytest.raises(TargetRefused, match="the hub has 1 of at most 500 devices") as refused:
        target.preflight(ref, {"create": 501, "delete": 1})
    assert refused.value.code == "too_many_devices"
    assert "501 to create and 1 to delete there would be 501" in refused.value.message
    service.hub.reset()


def test_an_export_needs_no_room(service: Service, ref: AttemptRef):
    """It is only tried whether the hub can write."""
    export = AttemptRef(ref.import_id, 1, 0, Task.EXPORT, Export())
    service.target("data plane").preflight(export, {"create": 2_000_000})


def test_nothing_is_left_of_what_was_tried(service: Service, ref: AttemptRef):
    """The container goes with the attempt."""
    target = service.target("data plane")
    target.preflight(ref, {})
    container = service.storage.get_container_client(f"imp-{ref.import_id}-a1")
    assert list(container.list_blob_names()) == []
    target.clear(ref)
    assert not container.exists()


COUNT = "GET /statistics/devices"


def test_calls_of_more_than_a_minute_need_room(calls: BulkCalls, ref: AttemptRef):
    """Line by line the hub would refuse them for hours; so it is said once, with the numbers."""
    create(calls.running.hub.registry, "there")
    calls.place = replace(calls.place, device_limit=500)
    calls.target.preflight(ref, {"create": 500, "delete": 1})
    with pytest.raises(TargetRefused, match="the hub has 1 of at most 500 devices") as refused:
        calls.target.preflight(ref, {"create": 501, "delete": 1})
    assert refused.value.code == "too_many_devices"
    assert calls.running.hub.calls[COUNT] == 2


def test_calls_of_a_minute_are_tried_as_fast_as_asked_about(calls: BulkCalls, ref: AttemptRef):
    """Nothing of the budget goes into asking."""
    calls.target.preflight(ref, {"create": 100})
    assert calls.running.hub.calls[COUNT] == 0
    assert calls.place.budget.take(100) == 100


def test_asking_for_room_waits_for_the_budget(calls: BulkCalls, ref: AttemptRef):
    """It is one operation, and while none is left the start is put off."""
    many = {"create": 90, "delete": 11}
    calls.target.preflight(ref, many)
    assert calls.place.budget.take(100) == 99
    with pytest.raises(TargetThrottled, match="used up"):
        calls.target.preflight(ref, many)
    assert calls.running.hub.calls[COUNT] == 1
    calls.wait(60)
    calls.target.preflight(ref, many)


def test_calls_with_a_wrong_key_are_refused_before_the_first(calls: BulkCalls, ref: AttemptRef):
    """The sentence says which right is needed."""
    policy = SharedAccessPolicy(calls.running.host, "iothubowner", "d3Jvbmctd3JvbmctISE=")
    client = IotHubClient(calls.running.host, policy, 1, str(calls.running.ca_file))
    calls.place = calls.worker(registry=IotHubRegistry(client))
    with pytest.raises(TargetRefused, match="IoT Hub Data Contributor"):
        calls.target.preflight(ref, {"create": 101})
