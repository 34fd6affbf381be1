import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.settings import Settings, SettingsError


HUB = "HostName=hub-a.azure-devices.net;SharedAccessKeyName=iothubowner;SharedAccessKey=c2VjcmV0"
STORAGE = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0"
BUS = "Endpoint=sb://n.servicebus.windows.net/;SharedAccessKeyName=p;SharedAccessKey=c2VjcmV0"
TARGETS = {"factory-a": {"kind": "iot_hub", "connection": "HubA"}}


def environ(**changes: Any) -> dict[str, str]:
    """Return settings that are complete; a change to None takes one away."""
    full = {
        "DeviceFiles": STORAGE,
        "Results": BUS,
        "HubA": HUB,
        "IMPORT_TARGETS": json.dumps(TARGETS),
    } | changes
    return {name: value for name, value in full.items() if value is not None}


def problems(**changes: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environ(environ(**changes))
    return str(caught.value)


def test_everything_missing_is_said_at_once():
    """One failed start is enough to learn the whole list."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environ({})
    for name in ("DeviceFiles", "Results", "IMPORT_TARGETS"):
        assert name in str(caught.value)


def test_connection_strings_are_enough():
    """What is optional has a default."""
    settings = Settings.from_environ(environ())
    assert settings.results_queue == "import-results"
    assert settings.targets["factory-a"].host == "hub-a.azure-devices.net"
    assert settings.exchange == settings.device_files
    assert settings.start_patience.total_seconds() == 180


def test_identities_are_enough_too():
    """Each service by its own suffix, with credential and client id."""
    by_identity = environ(
        DeviceFiles=None,
        DeviceFiles__blobServiceUri="https://a.blob.core.windows.net",
        DeviceFiles__credential="managedidentity",
        DeviceFiles__clientId="client",
        Results=None,
        Results__fullyQualifiedNamespace="n.servicebus.windows.net",
        HubA=None,
        HubA__hostName="hub-a.azure-devices.net",
    )
    settings = Settings.from_environ(by_identity)
    assert settings.device_files.address == "https://a.blob.core.windows.net"
    assert settings.device_files.client_id == "client"
    assert settings.results.address == "n.servicebus.windows.net"
    assert settings.targets["factory-a"].host == "hub-a.azure-devices.net"


def test_an_exchange_of_its_own_keeps_hubs_off_everything_else():
    """A second account may be named for the containers that hubs use."""
    settings = Settings.from_environ(environ(Exchange="AccountName=exchange"))
    assert settings.exchange != settings.device_files


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"IMPORT_TARGETS": "{"}, "IMPORT_TARGETS"),
        ({"IMPORT_TARGETS": "{}"}, "IMPORT_TARGETS names no target"),
        ({"IMPORT_TARGETS": '{"a":{"connection":"HubA","kind":"x"}}'}, "IMPORT_TARGETS.a.kind"),
        ({"IMPORT_TARGETS": '{"a":{"kind":"iot_hub"}}'}, "IMPORT_TARGETS.a.connection"),
        ({"IMPORT_TARGETS": '{"A/..":{"connection":"HubA"}}'}, "IMPORT_TARGETS.A/.."),
        ({"HubA": None}, "HubA (or HubA__hostName) is missing"),
        ({"HubA": "HostName=hub-a.azure-devices.net"}, "HubA is no connection string"),
        ({"DEFAULT_TARGET": "nowhere"}, "DEFAULT_TARGET"),
        ({"START_PATIENCE_SECONDS": "soon"}, "START_PATIENCE_SECONDS"),
        ({"START_PATIENCE_SECONDS": "0"}, "START_PATIENCE_SECONDS"),
    ],
)
def test_what_is_malformed_is_named(changes: dict[str, Any], said: str):
    """The name of the setting stands in the message."""
    assert said in problems(**changes)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "hub-a.azure-devices.net.evil.example",
        "hub-a.azure-devices.net:443",
        "user@hub-a.azure-devices.net",
        "hub-a.azure-devices.net/path",
        "hub_a.azure-devices.net",
        "169.254.169.254",
        "localhost:8443",
        "hub-a.azure-devices.net\n",
        "hub-\uff41.azure-devices.net",
    ],
)
def test_only_hosts_of_iot_hubs_are_taken(host: str):
    """Anything else would be sent our token; a local hub must be allowed by a setting."""
    assert "HubA names a host that is no IoT hub" in problems(HubA=None, HubA__hostName=host)


def test_a_local_hub_can_be_allowed():
    """For the local stack, loopback with a port."""
    local = environ(HubA=None, HubA__hostName="localhost:8443", ALLOW_LOCAL_HUBS="true")
    assert Settings.from_environ(local).targets["factory-a"].host == "localhost:8443"


@pytest.mark.parametrize(
    ("prefix", "address", "host"),
    [
        ("HubA", "hostName", "localhost:8443"),
        ("DeviceFiles", "blobServiceUri", "https://127.0.0.1:10000/devstoreaccount1"),
    ],
)
def test_the_local_credential_is_for_this_machine(prefix: str, address: str, host: str):
    """Its tokens are worth nothing, so they go only where that is known, and only if allowed."""
    local = {prefix: None, f"{prefix}__{address}": host, f"{prefix}__credential": "Local"}
    settings = Settings.from_environ(environ(**local, ALLOW_LOCAL_HUBS="true"))
    assert "local" in {settings.device_files.credential, *credentials(settings)}
    assert f"{prefix}__credential is for hosts on this machine only" in problems(**local)


def credentials(settings: Settings) -> list[str]:
    return [target.connection.credential for target in settings.targets.values()]


@pytest.mark.parametrize(
    ("target", "address", "host"),
    [
        ({"kind": "iot_hub"}, "hostName", "hub-a.azure-devices.net"),
        ({"kind": "intune"}, "graphHostName", "graph.microsoft.com"),
        ({"kind": "intune"}, "graphHostName", None),
        ({"kind": "intune"}, "graphHostName", "localhost.evil.example:443"),
    ],
)
def test_the_local_credential_goes_nowhere_else(
    target: dict[str, str], address: str, host: str | None
):
    """Also where hosts on this machine are allowed."""
    targets = json.dumps({"a": {"connection": "HubA", **target}})
    named = {f"HubA__{address}": host, "HubA__credential": "local", "ALLOW_LOCAL_HUBS": "true"}
    said = problems(HubA=None, IMPORT_TARGETS=targets, **named)
    assert "HubA__credential is for hosts on this machine only" in said


@given(st.dictionaries(st.sampled_from(list(environ())), st.text(), min_size=1))
def test_no_value_is_ever_shown(values: dict[str, str]):
    """Neither in a message nor in the printed settings."""
    changed = {name: f"s3cr3t{value}" for name, value in values.items()}
    try:
        shown = repr(Settings.from_environ(environ(**changed)))
    except SettingsError as error:
        shown = str(error)
    assert "s3cr3t" not in shown
    assert "c2VjcmV0" not in shown


RESOURCE = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/plants"
    "/providers/Microsoft.Devices/IotHubs/hub-a"
)


def with_target(**target: Any) -> dict[str, str]:
    return environ(IMPORT_TARGETS=json.dumps({"a": {"connection": "HubA", **target}}))


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ({"kind": "iot_hub", "storage_identity": "system"}, "hub-a.azure-devices.net"),
        ({"kind": "auto", "tier": "S3", "units": 2}, "hub-a.azure-devices.net"),
        ({"kind": "iot_hub_arm", "resource": RESOURCE}, "management.azure.com"),
        ({"kind": "intune", "overwrite": True}, "graph.microsoft.com"),
    ],
)
def test_each_kind_has_its_own_host(target: dict[str, Any], host: str):
    """Services with one address for everybody need none."""
    assert Settings.from_environ(with_target(**target)).targets["a"].host == host


@pytest.mark.parametrize(("tier", "devices"), [("F1", 500), ("S1", 1_000_000), ("B3", 1_000_000)])
def test_the_tier_says_how_many_devices_a_hub_takes(tier: str, devices: int):
    """The hub itself does not tell."""
    target = {"a": {"connection": "HubA", "tier": tier}}
    settings = Settings.from_environ(environ(IMPORT_TARGETS=json.dumps(target)))
    assert settings.targets["a"].device_limit == devices


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("management.azure.com", "plant-hub.azure-devices.net"),
        ("management.usgovcloudapi.net", "plant-hub.azure-devices.us"),
        ("management.chinacloudapi.cn", "plant-hub.azure-devices.cn"),
    ],
)
def test_a_hub_behind_resource_manager_has_its_own_host(address: str, host: str):
    """So it shares the slot with targets that call the hub itself."""
    hub = RESOURCE.rpartition("/")[0] + "/Plant-Hub"
    target = {"a": {"kind": "iot_hub_arm", "connection": "Arm", "resource": hub}}
    changes = {"IMPORT_TARGETS": json.dumps(target), "Arm__managementHostName": address}
    assert Settings.from_environ(environ(**changes)).targets["a"].hub_host == host


def test_a_hub_host_must_be_a_hubs():
    """It names a slot and nothing else, yet a misspelled one would share no slot."""
    target = {"kind": "iot_hub_arm", "connection": "Arm", "resource": RESOURCE}
    said = problems(IMPORT_TARGETS=json.dumps({"a": target | {"hub_host": "example.com"}}))
    assert "hub_host of a target is no IoT hub" in said


def test_the_tier_says_how_many_devices_a_minute_may_take():
    """Twice as many for two units; as the smallest hub if nothing is said."""
    large = Settings.from_environ(with_target(kind="auto", tier="S3", units=2))
    assert large.targets["a"].devices_a_minute == 10_000
    assert Settings.from_environ(with_target()).targets["a"].devices_a_minute == 100


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ({"kind": "iot_hub", "overwrite": True}, "kind iot_hub has no overwrite"),
        ({"kind": "intune", "tier": "S1"}, "kind intune has no tier"),
        ({"kind": "iot_hub_arm"}, "kind iot_hub_arm needs resource"),
        ({"kind": "iot_hub_arm", "resource": "/hub"}, "IMPORT_TARGETS.a.resource"),
        ({"kind": "auto", "units": 0}, "IMPORT_TARGETS.a.units"),
        ({"kind": "auto", "tier": "S9"}, "IMPORT_TARGETS.a.tier"),
        ({"storage_identity": "mine"}, "IMPORT_TARGETS.a.storage_identity"),
    ],
)
def test_what_a_kind_has_not_is_named(target: dict[str, Any], said: str):
    """A setting without effect would be believed to have one."""
    with pytest.raises(SettingsError, match=said):
        Settings.from_environ(with_target(**target))


@pytest.mark.parametrize(
    ("kind", "address"), [("intune", "graphHostName"), ("iot_hub_arm", "managementHostName")]
)
def test_tokens_go_to_microsofts_hosts_only(kind: str, address: str):
    """A hub's host is none of theirs."""
    target = {"kind": kind} | ({"resource": RESOURCE} if kind == "iot_hub_arm" else {})
    settings = with_target(**target) | {f"HubA__{address}": "hub-a.azure-devices.net"}
    with pytest.raises(SettingsError, match="HubA names a host that is no"):
        Settings.from_environ(settings)
