"""`POST /devices` over HTTPS."""

import json
from pathlib import Path

from tests.emulators.iot_hub.lines import create, found


SAMPLES = Path("samples")


def item(device_id, **fields):
    return {"id": device_id} | fields


def test_a_success_is_told_as_recorded(call, running):
    """An item needs no status, whatever its mode."""
    answer = call("POST", "/devices", [item("a", importMode="create"), item("b")])
    assert answer.status_code == 200
    assert answer.json() == {"isSuccessful": True, "errors": [], "warnings": []}
    assert len(running.hub.registry) == 2


def test_an_update_with_the_deletes_of_recorded_traffic(call, running):
    """A deleteIfMatchETag without an ETag deletes."""
    create(running.hub.registry, "a")
    create(running.hub.registry, "b")
    items = [
        item("a", importMode="deleteIfMatchETag"),
        item("b", importMode="delete", eTag="MA=="),
    ]
    assert call("POST", "/devices", items).json()["isSuccessful"]
    assert len(running.hub.registry) == 0


def test_some_may_fail_and_the_others_are_applied(call, running):
    """400, but the body is a result: errors by name, everything else done."""
    create(running.hub.registry, "a")
    items = [
        item("a", importMode="create"),
        item("b", importMode="create"),
        item("c", importMode="update"),
        item("a", moduleId="m", importMode="delete"),
        item("a", moduleId="n", importMode="updateIfMatchETag", eTag="MA=="),
    ]
    answer = call("POST", "/devices", items)
    assert answer.status_code == 400
    assert answer.headers["IotHubErrorCode"] == "BulkRegistryOperationFailure"
    assert "iothub-errorcode" not in answer.headers
    result = answer.json()
    assert (result["isSuccessful"], result["warnings"]) == (False, [])
    assert result["errors"][0] == {
        "deviceId": "a",
        "errorCode": "DeviceAlreadyExists",
        "errorStatus": "A device with ID 'a' is already registered.",
        "moduleId": None,
        "operation": "create",
    }
    assert [(error["errorCode"], error["moduleId"]) for error in result["errors"][1:]] == [
        ("DeviceNotFound", None),
        ("ModuleNotFound", "m"),
        ("ModuleNotFound", "n"),
    ]
    assert found(running.hub.registry, "b")


def test_what_the_node_sdk_sends_is_taken(call, running):
    """Capitalised modes and empty keys."""
    items = json.loads((SAMPLES / "node-bulk.json").read_text("utf-8"))
    for name in {each["id"] for each in items if each["importMode"] != "create"}:
        create(running.hub.registry, name)
    errors = call("POST", "/devices", items).json()["errors"]
    assert {error["errorCode"] for error in errors} <= {"PreconditionFailed"}


def test_more_than_a_hundred_are_refused(call, running):
    """413 for all; a hundred are fine."""
    answer = call("POST", "/devices", [item(f"d{number}") for number in range(101)])
    assert (answer.status_code, answer.headers["iothub-errorcode"]) == (413, "TooManyDevices")
    assert len(running.hub.registry) == 0
    assert call("POST", "/devices", [item(f"d{number}") for number in range(100)]).ok


def test_a_body_that_is_no_list_of_devices_is_refused(call, running):
    """An error, not a result: nothing of it is applied."""
    twice = [item("a"), item("a")]
    for body, name in (
        ({}, "DeserializationError"),
        ([item("a"), item("b", status="on")], "DeserializationError"),
        ([item("a"), {}], "DeserializationError"),
        (twice, "DeviceDefinedMultipleTimes"),
    ):
        answer = call("POST", "/devices", body)
        assert (answer.status_code, answer.headers["iothub-errorcode"]) == (400, name)
        assert "isSuccessful" not in answer.json()
    assert len(running.hub.registry) == 0
    assert call("POST", "/devices", [item("a"), item("a", moduleId="m")]).ok


def test_a_twin_may_get_lost(call, running):
    """By order: the identity is there without its twin, and a warning says so."""
    assert call("POST", "/_emulator/lost-twins", {"devices": 1}).status_code == 204
    create(running.hub.registry, "old")
    items = [item(name, tags={"floor": 1}) for name in ("old", "a", "b")]
    result = call("POST", "/devices", items).json()
    assert result["isSuccessful"]
    assert [(one["deviceId"], one["warningCode"]) for one in result["warnings"]] == [
        ("a", "DeviceRegisteredWithoutTwin")
    ]
    tags = {name: found(running.hub.registry, name).tags for name in ("old", "a", "b")}
    assert tags == {"old": '{"floor": 1}', "a": "{}", "b": '{"floor": 1}'}
    assert call("POST", "/_emulator/lost-twins", {"devices": -1}).status_code == 400
