"""What a hub has and how much it takes, by tier."""

import pytest
from azure.iot.hub.models import QuerySpecification, Twin
from azure.iot.hub.protocol.models import DeviceCapabilities

from emulators.iot_hub.hub import Hub
from emulators.iot_hub.server import serve
from emulators.iot_hub.tier import BASIC, STANDARD, Tier
from tests.emulators.iot_hub.client import HubClient
from tests.emulators.iot_hub.exchange import Exchange
from tests.emulators.iot_hub.lines import create, found
from tests.emulators.iot_hub.sdk import configuration, devices, refusal


NOT_IN_TIER = (403, "OperationNotAvailableInCurrentTier")
FULL = (403, "IotHubQuotaExceeded")


EDGE = DeviceCapabilities(iot_edge=True)


@pytest.mark.parametrize("tier", sorted(BASIC))
def test_a_basic_hub_has_no_edge_no_modules_and_no_twins(sdk, tier):
    """403010 for these, while devices, statistics and queries are there."""
    with serve(Hub(tier=tier)) as running:
        registry = sdk(running.ca_file, running.connection_string).registry
        registry.create_device_with_sas("d1", None, None, "enabled")
        edge = ("e1", "enabled")
        for refused in (
            refusal(registry.create_device_with_certificate_authority, *edge, iot_edge=True),
            refusal(registry.create_module_with_sas, "d1", "m1", "me", None, None),
            refusal(registry.get_module, "d1", "m1"),
            refusal(registry.get_modules, "d1"),
            refusal(registry.delete_module, "d1", "m1"),
            refusal(registry.get_twin, "d1"),
            refusal(registry.update_twin, "d1", Twin(tags={"a": 1}), "*"),
            refusal(registry.replace_twin, "d1", Twin(tags={"a": 1}), "*"),
            refusal(registry.get_module_twin, "d1", "m1"),
        ):
            assert refused == NOT_IN_TIER
        registry.create_device_with_certificate_authority("d2", "enabled", iot_edge=False)
        assert [device.device_id for device in registry.get_devices()] == ["d1", "d2"]
        assert registry.get_device_registry_statistics().total_device_count == 2
        assert (
            len(registry.query_iot_hub(QuerySpecification(query="SELECT * FROM devices")).items)
            == 2
        )


def test_a_basic_hub_says_it_in_the_words_of_microsofts_list():
    """With the number's name in the header; scheduled jobs are another thing it has not."""
    with serve(Hub(tier=Tier.B1)) as running, HubClient(running) as call:
        refused = call("GET", "/jobs/v2/some-id")
        assert (refused.status_code, refused.headers["iothub-errorcode"]) == NOT_IN_TIER
        assert refused.json()["Message"] == (
            "ErrorCode:OperationNotAvailableInCurrentTier;"
            "The operation is not available in the current tier."
        )


@pytest.mark.parametrize("tier", sorted(BASIC))
def test_a_basic_hub_has_no_configurations(sdk, tier):
    """403010, whatever is asked of them."""
    with serve(Hub(tier=tier)) as running:
        configurations = sdk(running.ca_file, running.connection_string).configurations
        for refused in (
            refusal(configurations.get_configurations),
            refusal(configurations.get_configuration, "c1"),
            refusal(configurations.create_configuration, configuration("c1")),
            refusal(configurations.update_configuration, configuration("c1"), "*"),
            refusal(configurations.delete_configuration, "c1"),
            refusal(configurations.test_configuration_queries, {"target_condition": "*"}),
        ):
            assert refused == NOT_IN_TIER


@pytest.mark.parametrize("asked", [Exchange.an_import, Exchange.an_export])
def test_a_basic_hub_takes_no_job_with_configurations(exchange, asked):
    """403010, and the slot is free for one without."""
    exchange.put()
    body = asked(exchange)
    with serve(Hub(tier=Tier.B3)) as running, HubClient(running) as call:
        refused = call("POST", "/jobs/create", body | {"includeConfigurations": True})
        assert (refused.status_code, refused.headers["iothub-errorcode"]) == NOT_IN_TIER
        assert call("GET", "/jobs").json() == []
        assert call("POST", "/jobs/create", body).status_code == 200


def test_a_bulk_call_to_a_basic_hub_fails_device_by_device(sdk):
    """Everything that the tier has is applied, a delete whatever else its item says."""
    items = [
        *devices("edge", capabilities=EDGE),
        *devices("d1", module_id="m"),
        *devices("tagged", tags={"site": "x"}),
        *devices("desired", properties={"desired": {"rate": 5}}),
        *devices("plain", tags={}, properties={"desired": {}, "reported": {}}),
        *devices("gone", tags={"site": "x"}, capabilities=EDGE),
        *devices("d1"),
    ]
    items[-2].import_mode, items[-1].import_mode = "delete", "updateTwin"
    with serve(Hub(tier=Tier.B2)) as running:
        create(running.hub.registry, "d1")
        create(running.hub.registry, "gone")
        registry = sdk(running.ca_file, running.connection_string).registry
        result = registry.bulk_create_or_update_devices(items)
        assert [device.device_id for device in running.hub.registry] == ["d1", "plain"]
    assert {(error.error_code, error.error_status) for error in result.errors} == {
        (NOT_IN_TIER[1], "The operation is not available in the current tier.")
    }
    assert [(error.device_id, error.module_id) for error in result.errors] == [
        ("edge", None),
        ("d1", "m"),
        ("tagged", None),
        ("desired", None),
        ("d1", None),
    ]


@pytest.mark.parametrize("tier", [None, *sorted(STANDARD)])
def test_any_other_hub_has_everything(sdk, tier):
    """The Free tier too."""
    with serve(Hub(tier=tier)) as running:
        registry = sdk(running.ca_file, running.connection_string).registry
        registry.create_device_with_certificate_authority("e1", "enabled", iot_edge=True)
        registry.create_module_with_sas("e1", "m1", "me", None, None)
        assert registry.get_twin("e1").device_id == "e1"
        configurations = sdk(running.ca_file, running.connection_string).configurations
        assert configurations.create_configuration(configuration("c1")).etag == "MQ=="
        assert registry.bulk_create_or_update_devices(devices("d1", tags={"a": 1})).is_successful


@pytest.mark.parametrize(
    ("options", "limit"),
    [
        ({}, 1_000_000),
        ({"tier": Tier.F1}, 500),
        ({"tier": Tier.B1}, 1_000_000),
        ({"tier": Tier.S3, "units": 10}, 1_000_000),
        ({"tier": Tier.F1, "device_limit": 7}, 7),
        ({"device_limit": 0}, 0),
    ],
)
def test_how_many_devices_a_hub_takes(options, limit):
    """Units do not matter, and a limit of its own goes before the tier's."""
    with Hub(**options) as hub:
        assert hub.registry.limit == limit


def test_a_full_hub_refuses_devices_and_modules_one_by_one(sdk):
    """403002; updates and deletes go on."""
    with serve(Hub(device_limit=2)) as running:
        registry = sdk(running.ca_file, running.connection_string).registry
        made = registry.create_device_with_sas("d1", None, None, "enabled")
        registry.create_module_with_sas("d1", "m1", "me", None, None)
        another = ("d2", None, None, "enabled")
        assert refusal(registry.create_device_with_sas, *another) == FULL
        assert refusal(registry.create_module_with_sas, "d1", "m2", "me", None, None) == FULL
        registry.update_device_with_sas("d1", made.etag, None, None, "disabled")
        registry.update_device_with_sas("d1", "*", None, None, "enabled")
        registry.delete_module("d1", "m1")
        assert registry.create_device_with_sas(*another).device_id == "d2"


def test_a_full_hub_refuses_a_bulk_call_device_by_device(sdk):
    """What fits is applied, what exists is updated."""
    with serve(Hub(device_limit=2)) as running:
        registry = sdk(running.ca_file, running.connection_string).registry
        result = registry.bulk_create_or_update_devices(
            [*devices("a", "b", "c", "d"), *devices("a", module_id="m")]
        )
        assert [(error.device_id, error.error_code) for error in result.errors] == [
            ("c", FULL[1]),
            ("d", FULL[1]),
            ("a", FULL[1]),
        ]
        text = "Total number of devices on IotHub exceeded the allocated quota."
        assert {error.error_status for error in result.errors} == {text}
        assert registry.bulk_create_or_update_devices(devices("a", "b")).is_successful


def test_an_edge_device_needs_room_for_its_two_modules(sdk):
    """Whether it comes as one or becomes one."""
    with serve(Hub(device_limit=3)) as running:
        registry = sdk(running.ca_file, running.connection_string).registry
        create(running.hub.registry, "d1")
        edge = ("e1", "enabled")
        add = registry.create_device_with_certificate_authority
        assert refusal(add, *edge, iot_edge=True) == FULL
        create(running.hub.registry, "d2")
        result = registry.bulk_create_or_update_devices(devices("d2", capabilities=EDGE))
        assert [error.error_code for error in result.errors] == [FULL[1]]
        assert not found(running.hub.registry, "d2").iot_edge
        registry.delete_device("d1")
        assert registry.bulk_create_or_update_devices(
            devices("d2", capabilities=EDGE)
        ).is_successful
        assert len(running.hub.registry) == 3


def test_tier_and_clock_can_be_ordered(running, call):
    """From another process too; a reset takes the orders back."""
    bulk = [{"id": f"d{number}"} for number in range(100)]
    assert call("POST", "/_emulator/tier", {"tier": "S1", "units": 2}).status_code == 204
    assert [call("POST", "/devices", bulk).status_code for _ in range(3)] == [200, 200, 429]
    assert call("POST", "/_emulator/clock", {"advance": 60}).status_code == 204
    assert call("POST", "/devices", bulk).ok
    assert call("POST", "/_emulator/tier", {"tier": "B1"}).status_code == 204
    assert call("GET", "/twins/d1").status_code == 403
    assert call("POST", "/_emulator/tier", {"tier": None}).status_code == 204
    assert call("GET", "/twins/d1").ok
    call("POST", "/_emulator/tier", {"tier": "F1"})
    assert (running.hub.registry.limit, running.hub.configurations.limit) == (500, 10)
    call("POST", "/_emulator/reset")
    assert (running.hub.tier, running.hub.registry.limit) == (None, 1_000_000)
    assert running.hub.configurations.limit == 100


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("tier", {}),
        ("tier", []),
        ("tier", {"tier": "S4"}),
        ("tier", {"tier": "F1", "units": 2}),
        ("tier", {"tier": "S1", "units": 201}),
        ("tier", {"tier": "B3", "units": 11}),
        ("tier", {"tier": "S1", "units": 0}),
        ("tier", {"tier": "S1", "units": "many"}),
        ("clock", {}),
        ("clock", []),
        ("clock", {"advance": "much"}),
        ("clock", {"advance": -1}),
        ("clock", {"advance": 0}),
        ("clock", {"advance": 1e300}),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(running, call, path, body):
    """400, and the hub is as it was."""
    assert call("POST", f"/_emulator/{path}", body).status_code == 400
    assert (running.hub.tier, running.hub.units) == (None, 1)


def test_a_hub_cannot_have_units_that_nobody_sells():
    """Said before anything is opened."""
    with pytest.raises(ValueError, match="F1 comes in 1 to 1 units, not in 2"):
        Hub(tier=Tier.F1, units=2)
