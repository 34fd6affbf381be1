"""The hub against Microsoft's azure-iot-hub 2.7, unmodified: a connection string and a CA file."""

from threading import Event

import pytest
from azure.iot.hub import (
    IoTHubConfigurationManager,
    IoTHubJobManager,
    IoTHubRegistryManager,
)
from azure.iot.hub.models import (
    Configuration,
    ConfigurationContent,
    ConfigurationMetrics,
    QuerySpecification,
    Twin,
    TwinProperties,
)
from azure.iot.hub.protocol.models import (
    ConfigurationQueriesTestInput,
    ExportImportDevice,
    JobProperties,
)
from msrest.exceptions import HttpOperationError

from tests.emulators.iot_hub.lines import KEY_A, KEY_B, THUMBPRINT, a_line


@pytest.fixture
def registry_manager(running, monkeypatch):
    """The SDK's registry client."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.ca_file))
    return IoTHubRegistryManager.from_connection_string(running.connection_string)


@pytest.fixture
def job_manager(running, monkeypatch):
    """The SDK's job client."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.ca_file))
    return IoTHubJobManager.from_connection_string(running.connection_string)


@pytest.fixture
def configuration_manager(running, monkeypatch):
    """The SDK's client for configurations."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.ca_file))
    return IoTHubConfigurationManager.from_connection_string(running.connection_string)


def test_devices(registry_manager):
    """Created, read, updated with an ETag, listed, counted, deleted."""
    made = registry_manager.create_device_with_sas("d1", KEY_A, KEY_B, "enabled")
    assert made.authentication.symmetric_key.primary_key == KEY_A
    read = registry_manager.get_device("d1")
    assert (read.etag, read.generation_id) == (made.etag, made.generation_id)
    updated = registry_manager.update_device_with_x509(
        "d1", read.etag, THUMBPRINT, None, "disabled"
    )
    assert (updated.status, updated.authentication.type) == ("disabled", "selfSigned")
    assert [device.device_id for device in registry_manager.get_devices()] == ["d1"]
    assert registry_manager.get_device_registry_statistics().disabled_device_count == 1
    with pytest.raises(HttpOperationError) as stale:
        registry_manager.delete_device("d1", made.etag)
    assert stale.value.response.status_code == 412
    registry_manager.delete_device("d1")
    with pytest.raises(HttpOperationError) as gone:
        registry_manager.get_device("d1")
    assert gone.value.response.status_code == 404


def test_edge_devices_and_their_children(registry_manager):
    """A leaf's scope is its parent's."""
    edge = registry_manager.create_device_with_certificate_authority("e", "enabled", iot_edge=True)
    leaf = registry_manager.create_device_with_sas(
        "leaf", None, None, "enabled", device_scope=edge.device_scope
    )
    assert leaf.parent_scopes == [edge.device_scope]
    modules = registry_manager.get_modules("e")
    assert {module.module_id for module in modules} == {"$edgeAgent", "$edgeHub"}


def test_modules(registry_manager):
    """Created, read, updated, deleted."""
    registry_manager.create_device_with_sas("d1", None, None, "enabled")
    made = registry_manager.create_module_with_sas("d1", "m1", "me", KEY_A, KEY_B)
    assert registry_manager.get_module("d1", "m1").managed_by == "me"
    registry_manager.update_module_with_sas("d1", "m1", "you", made.etag, KEY_B, KEY_A)
    assert [module.managed_by for module in registry_manager.get_modules("d1")] == ["you"]
    assert registry_manager.get_module_twin("d1", "m1").module_id == "m1"
    registry_manager.delete_module("d1", "m1")
    assert registry_manager.get_modules("d1") == []


def test_twins_and_queries(registry_manager):
    """Patched, replaced, found page by page."""
    for name in ("a", "b", "c"):
        registry_manager.create_device_with_sas(name, None, None, "enabled")
    patch = Twin(tags={"site": "x"}, properties=TwinProperties(desired={"rate": 5}))
    patched = registry_manager.update_twin("a", patch, registry_manager.get_twin("a").etag)
    assert (patched.tags, patched.properties.desired["rate"]) == ({"site": "x"}, 5)
    replaced = registry_manager.replace_twin("a", Twin(tags={"site": "y"}), "*")
    assert (replaced.tags, "rate" in replaced.properties.desired) == ({"site": "y"}, False)
    everything = QuerySpecification(query="SELECT * FROM devices")
    first = registry_manager.query_iot_hub(everything, None, 2)
    rest = registry_manager.query_iot_hub(everything, first.continuation_token, 2)
    assert [twin.device_id for twin in first.items + rest.items] == ["a", "b", "c"]
    assert (first.items[0].tags, rest.continuation_token) == ({"site": "y"}, None)


def test_bulk_calls(registry_manager):
    """The SDK gives the result of a 200 and of a 400 alike."""
    devices = [
        ExportImportDevice(id=name, import_mode=mode, status="enabled")
        for name, mode in (("a", "create"), ("b", "createOrUpdate"), ("c", "delete"))
    ]
    result = registry_manager.bulk_create_or_update_devices(devices)
    assert not result.is_successful
    assert [(each.device_id, each.error_code) for each in result.errors] == [
        ("c", "DeviceNotFound")
    ]
    assert registry_manager.bulk_create_or_update_devices(devices[1:2]).is_successful


def a_configuration(**fields):
    """Return what the SDK's own sample creates, in short."""
    content = ConfigurationContent(device_content={"properties.desired.water": {"pressure": 28}})
    return Configuration(id="water-1", content=content, target_condition="tags.site='x'", **fields)


def test_configurations(configuration_manager):
    """Created, read, updated, listed, deleted."""
    metrics = ConfigurationMetrics(queries={"on": "select deviceId from devices"})
    made = configuration_manager.create_configuration(a_configuration(metrics=metrics))
    assert (made.etag, made.priority, made.metrics.queries) == ("MQ==", 0, metrics.queries)
    assert made.content.device_content == {"properties.desired.water": {"pressure": 28}}
    read = configuration_manager.get_configuration("water-1")
    assert (read.created_time_utc, read.etag) == (made.created_time_utc, made.etag)
    changed = a_configuration(priority=9, labels={"a": "b"})
    updated = configuration_manager.update_configuration(changed, f'"{made.etag}"')
    assert (updated.etag, updated.priority, updated.labels) == ("Mg==", 9, {"a": "b"})
    listed = configuration_manager.get_configurations(max_count=20)
    assert [each.etag for each in listed] == ["Mg=="]
    configuration_manager.delete_configuration("water-1")
    assert configuration_manager.get_configurations() == []


def test_what_configurations_are_refused(configuration_manager):
    """The ETag as the SDK shows it is not taken as one; a live hub says 409 too."""
    made = configuration_manager.create_configuration(a_configuration())
    outcomes = {}
    for etag in (made.etag, '"MA=="'):
        with pytest.raises(HttpOperationError) as refused:
            configuration_manager.update_configuration(a_configuration(priority=2), etag)
        outcomes[etag] = refused.value.response.headers["iothub-errorcode"]
    assert outcomes == {"MQ==": "ConfigurationAlreadyExists", '"MA=="': "PreconditionFailed"}
    with pytest.raises(HttpOperationError) as gone:
        configuration_manager.get_configuration("other")
    assert gone.value.response.status_code == 404


def test_queries_of_configurations(configuration_manager):
    """What is wrong is in the answer, not in the status."""
    asked = ConfigurationQueriesTestInput(
        target_condition="tags.a = 1", custom_metric_queries={"bad": "select"}
    )
    answer = configuration_manager.test_configuration_queries(asked)
    assert answer.target_condition_error is None
    assert set(answer.custom_metric_query_errors) == {"bad"}


def test_a_wrong_key_is_refused(running, monkeypatch):
    """401 with the service's body."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.ca_file))
    wrong = (
        running.connection_string.rpartition("SharedAccessKey=")[0] + f"SharedAccessKey={KEY_A}"
    )
    manager = IoTHubRegistryManager.from_connection_string(wrong)
    with pytest.raises(HttpOperationError) as refused:
        manager.get_device("d1")
    assert refused.value.response.status_code == 401
    assert "IotHubUnauthorizedAccess;Unauthorized" in refused.value.response.text


def wait_for(job_manager, job):
    """Poll a job as users of the SDK do."""
    while (seen := job_manager.get_import_export_job(job.job_id)).status in {
        "enqueued",
        "running",
    }:
        Event().wait(0.02)
    return seen


def test_import_and_export_jobs(job_manager, registry_manager, exchange):
    """Round trip: devices come in, their twins too, and out again without keys."""
    exchange.put(a_line("a", tags={"site": "x"}), a_line("b", importMode="update"))
    body = exchange.an_import()
    job = job_manager.create_import_export_job(
        JobProperties(
            type="import",
            input_blob_container_uri=body["inputBlobContainerUri"],
            output_blob_container_uri=body["outputBlobContainerUri"],
            storage_authentication_type="keyBased",
        )
    )
    assert (job.status, job.progress, job.end_time_utc) == ("enqueued", 0, None)
    assert job.input_blob_container_uri == body["inputBlobContainerUri"]
    done = wait_for(job_manager, job)
    assert (done.status, done.progress, done.failure_reason) == ("completed", 100, None)
    assert done.end_time_utc > done.start_time_utc
    assert (done.input_blob_container_uri, done.output_blob_container_uri) == (None, None)
    assert [error["deviceId"] for error in exchange.errors()] == ["b"]
    assert registry_manager.get_twin("a").tags == {"site": "x"}
    export = JobProperties(
        type="export",
        output_blob_container_uri=exchange.an_export()["outputBlobContainerUri"],
        output_blob_name="out.txt",
        exclude_keys_in_export=True,
    )
    assert (
        wait_for(job_manager, job_manager.create_import_export_job(export)).status == "completed"
    )
    assert b'"id":"a"' in exchange.written("out.txt")
    assert [job.type for job in job_manager.get_import_export_jobs()] == ["import", "export"]


def test_a_job_that_is_not_there_cannot_be_cancelled(job_manager):
    """The SDK raises what the service says."""
    with pytest.raises(HttpOperationError) as refused:
        job_manager.cancel_import_export_job("unknown")
    assert refused.value.response.status_code == 404
