"""`/devices` over HTTPS, as clients see it."""

import re

import pytest

from tests.emulators.iot_hub.client import HubClient
from tests.emulators.iot_hub.lines import KEY_A, KEY_B, create


TRACKING = re.compile(r"Tracking ID:[0-9a-f]{32}-G:\d+-TimeStamp:\d\d/\d\d/\d{4} \d\d:\d\d:\d\d")


def error_of(answer):
    """Check the envelope of an error and return status and message."""
    body = answer.json()
    name = answer.headers["iothub-errorcode"]
    assert set(body) == {"Message", "ExceptionMessage"}
    assert body["Message"].startswith(f"ErrorCode:{name};")
    assert TRACKING.fullmatch(body["ExceptionMessage"])
    return answer.status_code, body["Message"].removeprefix("ErrorCode:")


def test_a_device_comes_into_being(call):
    """The shape and the headers are those of recorded traffic."""
    answer = call("PUT", "/devices/d1", {"deviceId": "d1"}, If_Match='""')
    device = answer.json()
    assert answer.status_code == 200
    assert answer.headers["etag"] == f'"{device["etag"]}"'
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["server"] == "Microsoft-HTTPAPI/2.0"
    assert len(answer.headers["x-ms-request-id"]) == 36
    keys = device["authentication"].pop("symmetricKey")
    assert device | {"generationId": "", "etag": ""} == {
        "deviceId": "d1",
        "generationId": "",
        "etag": "",
        "connectionState": "Disconnected",
        "status": "enabled",
        "statusReason": None,
        "connectionStateUpdatedTime": "0001-01-01T00:00:00Z",
        "statusUpdatedTime": "0001-01-01T00:00:00Z",
        "lastActivityTime": "0001-01-01T00:00:00Z",
        "cloudToDeviceMessageCount": 0,
        "authentication": {
            "x509Thumbprint": {"primaryThumbprint": None, "secondaryThumbprint": None},
            "type": "sas",
        },
        "capabilities": {"iotEdge": False},
        "parentScopes": [],
    }
    assert all(re.fullmatch(r"[A-Za-z0-9+/]{43}=", key) for key in keys.values())
    assert call("GET", "/devices/d1").json()["generationId"] == device["generationId"]


def test_an_id_may_have_any_character_that_the_service_allows(call):
    """They come percent-encoded in the path."""
    name = "a:b.c+d%e_f#g*h?i!j(k)l,m=n@o;p$q'r"
    path = "/devices/a:b.c+d%25e_f%23g*h%3Fi!j(k)l,m=n@o;p$q'r"
    assert call("PUT", path, {"deviceId": name}).status_code == 200
    assert call("GET", path).json()["deviceId"] == name


def test_without_if_match_a_put_creates(call):
    """Even if the body knows the ETag; seen on a live hub."""
    etag = call("PUT", "/devices/d1", {"deviceId": "d1"}).json()["etag"]
    again = call("PUT", "/devices/d1", {"deviceId": "d1", "etag": etag})
    text = "DeviceAlreadyExists;A device with ID 'd1' is already registered."
    assert error_of(again) == (409, text)


def test_with_if_match_a_put_updates(call):
    """The ETag counts on, quoted or not, and the status has a time."""
    etag = call("PUT", "/devices/d1", {"deviceId": "d1"}).json()["etag"]
    body = {"deviceId": "d1", "status": "disabled", "statusReason": "lost"}
    updated = call("PUT", "/devices/d1", body, If_Match=f'"{etag}"').json()
    assert (updated["status"], updated["statusReason"]) == ("disabled", "lost")
    assert updated["statusUpdatedTime"] > "2020"
    assert updated["etag"] != etag
    assert error_of(call("PUT", "/devices/d1", body, If_Match=etag)) == (
        412,
        "PreconditionFailed;PreconditionFailed",
    )
    assert call("PUT", "/devices/d1", body, If_Match="*").status_code == 200


def test_an_update_needs_a_device(call):
    """If-Match never creates."""
    answer = call("PUT", "/devices/d1", {"deviceId": "d1"}, If_Match="*")
    assert error_of(answer) == (404, "DeviceNotFound;d1")


def test_a_delete_needs_if_match(call):
    """As seen on a live hub."""
    etag = call("PUT", "/devices/d1", {"deviceId": "d1"}).json()["etag"]
    assert error_of(call("DELETE", "/devices/d1")) == (412, "PreconditionFailed;Etag missing")
    assert error_of(call("DELETE", "/devices/d1", If_Match='"MA=="'))[0] == 412
    deleted = call("DELETE", "/devices/d1", If_Match=f'"{etag}"')
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert error_of(call("DELETE", "/devices/d1", If_Match="*")) == (404, "DeviceNotFound;d1")
    assert error_of(call("GET", "/devices/d1")) == (404, "DeviceNotFound;d1")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"deviceId": "d2"}, "ArgumentInvalid;The device ID of path and body differ"),
        ([], "ArgumentInvalid;The device ID of path and body differ"),
        ({"status": "on"}, 'DeserializationError;Error converting value "on" to type'),
        (
            {"authentication": {"type": "none"}},
            "ArgumentInvalid;DeviceAuthenticationTypeIsMissing",
        ),
    ],
)
def test_a_body_that_does_not_fit_is_refused(call, body, message):
    """400, and no device."""
    status, text = error_of(call("PUT", "/devices/d1", body))
    assert (status, text[: len(message)]) == (400, message)
    assert call("GET", "/devices/d1").status_code == 404


def test_text_that_is_no_json_is_refused(running, call):
    """The body is not even read by the operation."""
    answer = call.session.put(
        f"{running.base_url}/devices/d1?api-version=2021-04-12",
        data=b"{nonsense",
        headers={"Authorization": call.signed()},
        verify=str(running.ca_file),
        timeout=30,
    )
    assert error_of(answer)[0] == 400


def test_the_scope_of_an_edge_device_cannot_be_blanked(call):
    """An update must repeat it; seen on a live hub."""
    body = {"deviceId": "e", "capabilities": {"iotEdge": True}}
    edge = call("PUT", "/devices/e", body).json()
    assert edge["deviceScope"] == f"ms-azure-iot-edge://e-{edge['generationId']}"
    refused = call("PUT", "/devices/e", body, If_Match="*")
    assert error_of(refused) == (400, "ArgumentInvalid;Device scope is immutable")
    assert (
        call("PUT", "/devices/e", edge, If_Match="*").json()["deviceScope"] == edge["deviceScope"]
    )


@pytest.mark.parametrize(("top", "count"), [("?top=2", 2), ("?top=0", 4), ("?top=x", 4), ("", 4)])
def test_devices_can_be_listed(call, running, top, count):
    """Up to 1000, which is also what a number out of range stands for."""
    for name in "dcba":
        create(running.hub.registry, name)
    create(running.hub.registry, "a", moduleId="m")
    listed = [device["deviceId"] for device in call("GET", f"/devices{top}").json()]
    assert listed == ["a", "b", "c", "d"][:count]


def test_devices_are_counted_by_status(call, running):
    """Without the lag of the real service."""
    create(running.hub.registry, "on")
    create(running.hub.registry, "off", status="disabled")
    assert call("GET", "/statistics/devices").json() == {
        "totalDeviceCount": 2,
        "enabledDeviceCount": 1,
        "disabledDeviceCount": 1,
    }


def test_modules_live_below_devices(call, running):
    """Create, read, list, update, delete, with the errors that modules have."""
    create(running.hub.registry, "d1")
    path = "/devices/d1/modules/m1"
    body = {
        "deviceId": "d1",
        "moduleId": "m1",
        "managedBy": "me",
        "authentication": {"symmetricKey": {"primaryKey": KEY_A, "secondaryKey": KEY_B}},
    }
    made = call("PUT", path, body).json()
    assert (made["moduleId"], made["managedBy"]) == ("m1", "me")
    assert made["authentication"]["symmetricKey"]["primaryKey"] == KEY_A
    assert call("GET", "/devices/d1/modules").json() == [made]
    assert error_of(call("PUT", path, body))[1].startswith("ModuleAlreadyExistsOnDevice;")
    assert call("PUT", path, {"moduleId": "m1"}, If_Match="*").json()["managedBy"] is None
    assert call("DELETE", path, If_Match="*").status_code == 204
    assert error_of(call("GET", path)) == (404, "ModuleNotFound;m1")


@pytest.mark.parametrize("path", ["/devices/d1/modules", "/devices/d1/modules/m"])
def test_under_a_signature_modules_of_no_device_are_unauthorized(call, bearer, path):
    """401 where a token gets 404; seen on a live hub, even for the owner."""
    assert error_of(call("GET", path)) == (401, "IotHubUnauthorizedAccess;Unauthorized")
    assert error_of(bearer("GET", path)) == (404, "DeviceNotFound;d1")


def test_under_a_signature_modules_of_a_disabled_device_are_unauthorized(call, bearer, running):
    """Likewise."""
    create(running.hub.registry, status="disabled")
    assert error_of(call("GET", "/devices/d1/modules"))[0] == 401
    assert bearer("GET", "/devices/d1/modules").json() == []


@pytest.mark.parametrize("version", ["", "2016-02-03", "2021-04-12-preview"])
def test_an_unknown_api_version_is_refused(call, version):
    """400001, before anything else is looked at."""
    status, message = error_of(call("GET", f"/devices/d1?api-version={version}"))
    assert (status, message.partition(";")[0]) == (400, "InvalidProtocolVersion")


def test_every_version_of_a_live_hub_is_taken(call):
    """Also the undocumented one."""
    for version in ("2018-06-30", "2020-05-31-preview", "2024-03-31"):
        assert call("GET", f"/devices?api-version={version}").status_code == 200


def test_a_policy_may_do_only_what_it_is_for(running):
    """Reading does not allow writing, and neither allows twins."""
    create(running.hub.registry)
    reader, writer = (HubClient(running, name) for name in ("registryRead", "registryReadWrite"))
    with reader, writer:
        assert reader("GET", "/devices/d1").status_code == 200
        assert error_of(reader("DELETE", "/devices/d1", If_Match="*"))[0] == 401
        assert error_of(writer("GET", "/twins/d1"))[0] == 401
        assert writer("DELETE", "/devices/d1", If_Match="*").status_code == 204


def test_a_path_that_is_not_there_is_not_found(call):
    """And a verb that a path does not have is not allowed."""
    assert call("GET", "/no/such/path").status_code == 404
    assert call("PATCH", "/devices").status_code == 405
