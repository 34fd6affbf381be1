"""No string in a setting, in metadata or in a name leads to a host that is not configured."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from shared import azure_ports, bootstrap
from shared.adapters import storage
from shared.domain.lifecycle import State
from shared.settings import Settings, SettingsError
from tests.attacks.guards import Noticed, guarded
from tests.attacks.hostile_hosts import EVIL, hostile
from tests.builders import a_file, a_line
from tests.fakes.world import World
from tests.unit.test_settings import HUB, RESOURCE, environ


type Place = Callable[[str], Mapping[str, Any]]

HUB_HOST = "hub-a.azure-devices.net"
BLOBS = "https://plant.blob.core.windows.net"
BUS = "plant.servicebus.windows.net"
KEY = "SharedAccessKeyName=p;SharedAccessKey=c2VjcmV0"


def target(**options: Any) -> dict[str, str]:
    return {"IMPORT_TARGETS": json.dumps({"a": {"connection": "Other", **options}})}


#: Each setting that names a host: a good one, and the settings with another in its place.
PLACES: Mapping[str, tuple[str, Place]] = {
    "hub": (HUB_HOST, lambda host: {"HubA": None, "HubA__hostName": host}),
    "hub by key": (HUB_HOST, lambda host: {"HubA": HUB.replace(HUB_HOST, host)}),
    "Resource Manager": (
        "management.azure.com",
        lambda host: {
            **target(kind="iot_hub_arm", resource=RESOURCE),
            "Other__managementHostName": host,
        },
    ),
    "hub behind Resource Manager": (
        HUB_HOST,
        lambda host: target(kind="iot_hub_arm", resource=RESOURCE, hub_host=host),
    ),
    "Graph": (
        "graph.microsoft.com",
        lambda host: {**target(kind="intune"), "Other__graphHostName": host},
    ),
    "storage": (BLOBS, lambda uri: {"DeviceFiles": None, "DeviceFiles__blobServiceUri": uri}),
    "exchange": (BLOBS, lambda uri: {"Exchange__blobServiceUri": uri}),
    "storage by key": (
        BLOBS,
        lambda uri: {"DeviceFiles": f"AccountName=a;AccountKey=eA==;BlobEndpoint={uri}"},
    ),
    "second storage by key": (
        BLOBS,
        lambda uri: {
            "DeviceFiles": f"AccountName=a;AccountKey=eA==;blobendpoint={BLOBS};"
            f"BlobSecondaryEndpoint={uri};BLOBENDPOINT={BLOBS}"
        },
    ),
    "suffix of storage": (
        "core.windows.net",
        lambda suffix: {"Exchange": f"AccountName=a;AccountKey=eA==;EndpointSuffix={suffix}"},
    ),
    "bus": (BUS, lambda host: {"Results": None, "Results__fullyQualifiedNamespace": host}),
    "bus by key": (f"sb://{BUS}/", lambda uri: {"Results": f"Endpoint={uri};{KEY}"}),
    "second bus by key": (
        f"sb://{BUS}/",
        lambda uri: {"Results": f"Endpoint=sb://{BUS};endpoint={uri};{KEY};Endpoint=sb://{BUS}"},
    ),
    "authority": (
        "https://login.microsoftonline.com",
        lambda uri: {"AZURE_AUTHORITY_HOST": uri},
    ),
}
BLANKS = "\n\r\t \x0b"


def strings(place: str) -> list[str]:
    """Return what is hostile in a place.

    In a connection string a semicolon ends a value, and blanks around a hub's are none of it.
    """
    good, _ = PLACES[place]
    made = dict.fromkeys(hostile(good.removesuffix("/")))
    if "key" in place or "suffix" in place:
        made = {one: None for one in made if ";" not in one}
    if place == "hub by key":
        made = {one: None for one in made if one.strip(BLANKS) != good}
    return list(made)


@pytest.fixture
def noticed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Every credential of the app, and every socket."""
    with guarded() as noticed:
        monkeypatch.setattr(azure_ports, "_credential", lambda _: noticed)
        monkeypatch.setitem(storage.CLIENT_OPTIONS, "retry_total", 0)
        yield noticed


def run(changes: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> Exception:
    """Have a file told of, with these settings; return what went wrong."""
    settings = environ(**changes)
    monkeypatch.setattr(bootstrap, "settings", lambda: Settings.from_environ(settings))
    bootstrap.ports.cache_clear()
    try:
        bootstrap.validate_device_file("device-files", "a/x")
    except Exception as error:  # noqa: BLE001 - it is returned
        return error
    finally:
        bootstrap.ports.cache_clear()
    message = "without a socket it cannot have gone well"
    raise AssertionError(message)


@pytest.mark.parametrize("place", PLACES)
def test_two_hundred_hostile_hosts_open_no_socket_and_get_no_token(
    place: str, noticed: Noticed, monkeypatch: pytest.MonkeyPatch
):
    """The app does not begin to work, and says which setting is wrong and not what it says."""
    some = strings(place)
    assert len(some) >= 200
    for string in some:
        error = run(PLACES[place][1](string), monkeypatch)
        assert isinstance(error, SettingsError), string
        assert EVIL not in str(error)
    assert noticed == Noticed()


@pytest.mark.parametrize("place", PLACES)
def test_a_good_host_is_taken(place: str):
    """So that the others are refused for what they are."""
    good, settings = PLACES[place]
    Settings.from_environ(environ(**{**settings(good), "Other": HUB if "hub" in place else None}))


def test_the_guards_notice(noticed: Noticed, monkeypatch: pytest.MonkeyPatch):
    """A host that is taken is connected to, with a token: both are seen."""
    run({"DeviceFiles": None, "DeviceFiles__blobServiceUri": BLOBS}, monkeypatch)
    assert noticed.tokens
    assert noticed.sockets


def test_no_name_and_no_metadata_choose_a_host():
    """The first folder is an alias or refused; metadata can name no target at all."""
    world = World()
    hosts = list(dict.fromkeys(hostile(HUB_HOST)))
    assert len(hosts) >= 200
    with guarded() as noticed:
        for host in hosts:
            names = dict.fromkeys(("hub", "target", "host", "connection", "importmode"), host)
            world.files.drop(f"{host}/x", a_file(a_line()))
            world.validate(f"{host}/x")
            world.files.drop("x", a_file(a_line()), metadata=names)
            ticket = world.validate("x")
            assert ticket
            assert world.record(ticket).target == "factory-a"
            assert world.export(json.dumps({"target": host}), f"message-{host}") is None
    records = [one for one in world.records.stored.values() if one.state is not State.QUEUED]
    codes = {record.reason.code for record in records if record.reason}
    assert codes <= {"unknown_target", "malformed_request"}
    assert len(records) == 2 * len(hosts)
    assert noticed == Noticed()
    assert not world.hub.posts
