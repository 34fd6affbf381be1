"""Resource Manager against Microsoft's azure-mgmt-iothub 4.0, unmodified."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.mgmt.iothub import IotHubClient
from azure.mgmt.iothub.models import ExportDevicesRequest, ImportDevicesRequest, ManagedIdentity

from emulators.iot_hub.arm.management import Management
from emulators.iot_hub.arm.server import listen, serve
from emulators.iot_hub.certificate import Certificate
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.import_configuration import read_configuration
from emulators.iot_hub.managed_identity import ManagedIdentities
from emulators.iot_hub.storage import Storage
from emulators.iot_hub.tier import Tier
from tests.emulators.iot_hub.lines import a_configuration, a_line, create
from tests.entra import UnsignedToken


CONFIGURATIONS_LOG = "importConfigErrors.log"


def client_of(running, audience="https://management.azure.com"):
    return IotHubClient(
        UnsignedToken(audience),
        running.management.subscription,
        base_url=running.base_url,
        connection_verify=str(running.ca_file),
        retry_total=0,
    )


@pytest.fixture
def hubs(running):
    """The SDK's operations on hubs."""
    with client_of(running) as client:
        yield client.iot_hub_resource


def code_of(caught):
    """Return the code of an error as the SDK read it."""
    assert caught.value.error is not None
    return caught.value.error.code


def settle(running):
    running.hubs["east"].hub.jobs.settle()


def test_a_hub(hubs, running):
    """Found by name and group, in any case, with all that a client plans by."""
    hub = hubs.get("LOCAL", "EAST")
    assert hub.name == "east"
    assert hub.id == running.management.resource_id(running.hubs["east"])
    assert hub.type == "Microsoft.Devices/IotHubs"
    assert (hub.sku.name, hub.sku.tier, hub.sku.capacity) == ("S1", "Standard", 1)
    assert hub.properties.host_name == running.hubs["east"].host
    assert (hub.properties.state, hub.properties.provisioning_state) == ("Active", "Succeeded")
    assert hub.identity.type == "None"


def test_lists_of_hubs(hubs):
    """All of a group and all of a subscription are the same two."""
    assert [hub.name for hub in hubs.list_by_resource_group("local")] == ["east", "West"]
    assert [hub.name for hub in hubs.list_by_subscription()] == ["east", "West"]


def test_counts_and_quotas(hubs, running):
    """They follow the registry that the hub's own API writes."""
    registry = running.hubs["east"].hub.registry
    create(registry, "d1")
    create(registry, "d2", status="disabled")
    stats = hubs.get_stats("local", "east")
    counts = (stats.total_device_count, stats.enabled_device_count, stats.disabled_device_count)
    assert counts == (2, 1, 1)
    metrics = {metric.name: metric for metric in hubs.get_quota_metrics("local", "east")}
    messages, devices = metrics["TotalMessages"], metrics["TotalDeviceCount"]
    assert (messages.current_value, messages.max_value) == (0, 400_000)
    assert (devices.current_value, devices.max_value) == (2, 1_000_000)


@pytest.mark.parametrize(
    ("bought", "limits"),
    [
        (("F1", "Free", 1), {"TotalMessages": 8_000, "TotalDeviceCount": 500}),
        (("B2", "Basic", 3), {"TotalMessages": 18_000_000, "TotalDeviceCount": 1_000_000}),
        (("S1", "Standard", 200), {"TotalMessages": 80_000_000, "TotalDeviceCount": 1_000_000}),
        (("S3", "Standard", 10), {"TotalMessages": 3_000_000_000, "TotalDeviceCount": 1_000_000}),
    ],
)
def test_a_hub_shows_its_tier(hubs, running, bought, limits):
    """And its units; what it may hold and take in a day goes by them."""
    name, _, units = bought
    running.hubs["east"].hub.scale(Tier(name), units)
    sku = hubs.get("local", "east").sku
    assert (sku.name, sku.tier, sku.capacity) == bought
    metrics = hubs.get_quota_metrics("local", "east")
    assert {metric.name: metric.max_value for metric in metrics} == limits


SYSTEM = ManagedIdentities(system_assigned=True)
USERS = frozenset({"/subscriptions/s/…/b", "/subscriptions/s/…/a"})


@pytest.mark.parametrize(
    ("identities", "kind"),
    [
        (SYSTEM, "SystemAssigned"),
        (ManagedIdentities(user_assigned=USERS), "UserAssigned"),
        (replace(SYSTEM, user_assigned=USERS), "SystemAssigned, UserAssigned"),
    ],
)
def test_a_hub_shows_its_identities(identities, kind):
    """Each as its directory knows it, the same every time."""
    with (
        serve(Hub("east", storage=Storage(identities))) as running,
        client_of(running) as client,
    ):
        shown = client.iot_hub_resource.get("local", "east").identity
        again = client.iot_hub_resource.get("local", "east").identity
    assert shown == again
    assert shown.type == kind
    assert (shown.principal_id is not None) == identities.system_assigned
    assert (shown.tenant_id is not None) == identities.system_assigned
    users = shown.user_assigned_identities or {}
    assert set(users) == identities.user_assigned
    assert all(user.principal_id != user.client_id for user in users.values())


def test_an_import(hubs, running, exchange):
    """It changes the registry, and its log is where the client wanted it."""
    exchange.put(a_line("d1"), a_line("d2", importMode="update"), name="run-42/devices.txt")
    job = hubs.import_devices(
        "local",
        "east",
        ImportDevicesRequest(
            input_blob_container_uri=exchange.uri(exchange.input, "r"),
            output_blob_container_uri=exchange.uri(exchange.output, "rwd"),
            input_blob_name="run-42/devices.txt",
            output_blob_name="run-42/errors.log",
        ),
    )
    assert (job.type, job.status, job.end_time_utc) == ("import", "enqueued", None)
    settle(running)
    done = hubs.get_job("local", "east", job.job_id)
    assert (done.status, done.failure_reason, done.status_message) == ("completed", None, None)
    assert done.parent_job_id is None
    assert abs(done.start_time_utc - datetime.now(UTC)) < timedelta(minutes=1)
    assert done.end_time_utc >= done.start_time_utc
    assert running.hubs["east"].hub.registry.find("d1")
    assert [blob.name for blob in exchange.output.list_blobs()] == ["run-42/errors.log"]
    assert b'"errorCode":404001' in exchange.written("run-42/errors.log")


def test_an_import_without_signatures(exchange):
    """The hub reaches both containers by an identity of its own, and has configurations too."""
    exchange.put(a_line("d1"))
    mode = {"importMode": "createOrUpdateIfMatchETag"}
    lines = (a_configuration("c1", **mode), a_configuration("C2", **mode))
    exchange.put(*map(json.dumps, lines), name="settings.txt")
    body = ImportDevicesRequest(
        input_blob_container_uri=exchange.input.url,
        output_blob_container_uri=exchange.output.url,
        authentication_type="identityBased",
        include_configurations=True,
        configurations_blob_name="settings.txt",
    )
    with serve(Hub("east", storage=Storage(SYSTEM))) as running, client_of(running) as client:
        job = client.iot_hub_resource.import_devices("local", "east", body)
        settle(running)
        done = client.iot_hub_resource.get_job("local", "east", job.job_id)
        hub = running.hubs["east"].hub
        assert done.status == "completed"
        assert hub.registry.find("d1")
        assert [kept.id for kept in hub.configurations.all()] == ["c1"]
    assert exchange.errors() == []
    assert [error["configurationId"] for error in exchange.errors(CONFIGURATIONS_LOG)] == ["C2"]


def test_configurations_on_a_basic_hub(hubs, running, exchange):
    """Refused as at the hub's own API."""
    running.hubs["east"].hub.scale(Tier.B1)
    body = ExportDevicesRequest(
        export_blob_container_uri=exchange.uri(exchange.output, "rwd"),
        exclude_keys=True,
        include_configurations=True,
    )
    with pytest.raises(HttpResponseError, match="not available in the current tier") as refused:
        hubs.export_devices("local", "east", body)
    assert (refused.value.status_code, code_of(refused)) == (403, 403010)


def test_an_export(hubs, running, exchange):
    """Keys stay in the hub when they are to be left out."""
    create(running.hubs["east"].hub.registry, "d1")
    configuration = read_configuration(a_configuration("c1")).spec
    running.hubs["east"].hub.configurations.create(configuration)
    job = hubs.export_devices(
        "local",
        "east",
        ExportDevicesRequest(
            export_blob_container_uri=exchange.uri(exchange.output, "rwd"),
            exclude_keys=True,
            export_blob_name="backup.txt",
            include_configurations=True,
            configurations_blob_name="settings.txt",
        ),
    )
    settle(running)
    assert hubs.get_job("local", "east", job.job_id).status == "completed"
    assert b'"primaryKey":null' in exchange.written("backup.txt")
    assert json.loads(exchange.written("settings.txt"))["Id"] == "c1"


def test_a_list_of_jobs_is_followed_from_page_to_page(running, exchange):
    """The SDK goes on while there is a next link, and finds the oldest first."""
    folder = running.ca_file.parent
    files = Certificate(*(folder / name for name in ("ca.pem", "localhost.pem", "localhost.key")))
    with (
        listen(Management(running.hubs.values(), page=2), 0, files) as paged,
        client_of(paged) as client,
    ):
        made = []
        for _ in range(5):
            body = ExportDevicesRequest(
                export_blob_container_uri=exchange.uri(exchange.output, "rwd"), exclude_keys=False
            )
            made.append(client.iot_hub_resource.export_devices("local", "east", body).job_id)
            settle(running)
        listed = client.iot_hub_resource.list_jobs("local", "east")
        assert [job.job_id for job in listed] == made


def test_one_job_at_a_time(held, exchange):
    """The second create is refused in the provider's words."""
    running, may_go = held
    body = ExportDevicesRequest(
        export_blob_container_uri=exchange.uri(exchange.output, "rwd"), exclude_keys=False
    )
    with client_of(running) as client:
        hubs = client.iot_hub_resource
        hubs.export_devices("local", "east", body)
        with pytest.raises(HttpResponseError, match="Job quota has been exceeded") as refused:
            hubs.export_devices("local", "east", body)
        assert (refused.value.status_code, code_of(refused)) == (403, 403003)
        may_go.set()
        settle(running)
        assert hubs.export_devices("local", "east", body).status == "enqueued"


def test_a_container_that_cannot_be_used(hubs, exchange):
    """The provider does not tell more than that."""
    body = ImportDevicesRequest(
        input_blob_container_uri=exchange.uri(exchange.input, "w"),
        output_blob_container_uri=exchange.uri(exchange.output, "rwd"),
    )
    with pytest.raises(HttpResponseError, match="Unable to access blob") as refused:
        hubs.import_devices("local", "east", body)
    assert (refused.value.status_code, code_of(refused)) == (400, 400007)
    assert refused.value.model is not None
    assert refused.value.model.http_status_code == "BadRequest"
    assert list(hubs.list_jobs("local", "east")) == []


def test_an_identity_that_the_hub_does_not_have(hubs, exchange):
    """What the client says of identities reaches the hub."""
    body = ImportDevicesRequest(
        input_blob_container_uri=exchange.input.url,
        output_blob_container_uri=exchange.output.url,
        authentication_type="identityBased",
        identity=ManagedIdentity(user_assigned_identity="/subscriptions/s/…/x"),
    )
    with pytest.raises(HttpResponseError, match="managed identity") as refused:
        hubs.import_devices("local", "east", body)
    assert refused.value.status_code == 400


@pytest.mark.parametrize(
    ("group", "hub", "code"),
    [("local", "north", "ResourceNotFound"), ("other", "east", "ResourceGroupNotFound")],
)
def test_what_is_not_there(hubs, group, hub, code):
    """The SDK reads Resource Manager's own body."""
    with pytest.raises(ResourceNotFoundError) as missing:
        hubs.get(group, hub)
    assert code_of(missing) == code


def test_a_job_that_is_not_there(hubs):
    """Here it is the provider who speaks."""
    with pytest.raises(ResourceNotFoundError) as missing:
        hubs.get_job("local", "east", "no-such-job")
    assert code_of(missing) == 404002


def test_a_token_for_someone_else(running):
    """The SDK tells it from all other errors."""
    with client_of(running, "https://iothubs.azure.net") as client:
        with pytest.raises(ClientAuthenticationError) as refused:
            client.iot_hub_resource.get("local", "east")
        assert code_of(refused) == "InvalidAuthenticationTokenAudience"
