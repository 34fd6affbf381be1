"""`/twins` and `/devices/query` over HTTPS."""

import pytest

from tests.emulators.iot_hub.lines import create, found


def sections(answer):
    """Return the user's own part of a twin."""
    twin = answer.json()
    desired = {k: v for k, v in twin["properties"]["desired"].items() if k[0] != "$"}
    return twin.get("tags"), desired


def test_a_twin_looks_like_a_real_one(call, running):
    """Shape and first numbers as recorded: version 2 with the ETag of 1."""
    device = create(running.hub.registry)
    twin = call("GET", "/twins/d1").json()
    written = twin["properties"]["desired"]["$metadata"]["$lastUpdated"]
    section = {"$metadata": {"$lastUpdated": written}, "$version": 1}
    assert twin == {
        "deviceId": "d1",
        "etag": "AAAAAAAAAAE=",
        "deviceEtag": device.etag,
        "status": "enabled",
        "statusUpdateTime": "0001-01-01T00:00:00Z",
        "connectionState": "Disconnected",
        "lastActivityTime": "0001-01-01T00:00:00Z",
        "cloudToDeviceMessageCount": 0,
        "authenticationType": "sas",
        "x509Thumbprint": {"primaryThumbprint": None, "secondaryThumbprint": None},
        "version": 2,
        "properties": {"desired": section, "reported": section},
        "capabilities": {"iotEdge": False},
    }


def test_a_patch_merges_and_counts(call, running):
    """One more for the twin; one more for desired properties only if they changed."""
    create(running.hub.registry)
    body = {"tags": {"a": 1, "b": {"c": 2}}, "properties": {"desired": {"d": 3}}}
    assert sections(call("PATCH", "/twins/d1", body)) == (body["tags"], {"d": 3})
    again = call("PATCH", "/twins/d1", {"tags": {"a": None, "b": {"e": 4}}})
    assert sections(again) == ({"b": {"c": 2, "e": 4}}, {"d": 3})
    twin = again.json()
    assert (twin["etag"], twin["version"]) == ("AAAAAAAAAAM=", 4)
    assert twin["properties"]["desired"]["$version"] == 2
    assert twin["deviceEtag"] == found(running.hub.registry).etag


def test_a_put_replaces_everything(call, running):
    """What the body does not name is gone."""
    create(running.hub.registry, tags={"a": 1}, properties={"desired": {"b": 1}})
    assert sections(call("PUT", "/twins/d1", {"tags": {"c": 1}})) == ({"c": 1}, {})


def test_a_twin_that_was_read_can_be_sent_back(call, running):
    """What the hub added is passed over."""
    create(running.hub.registry, tags={"a": 1}, properties={"desired": {"b": 1}})
    twin = call("GET", "/twins/d1").json()
    assert sections(call("PUT", "/twins/d1", twin)) == ({"a": 1}, {"b": 1})


@pytest.mark.parametrize("verb", ["PATCH", "PUT"])
def test_a_stale_etag_is_refused(call, running, verb):
    """412; without the header, with `*` or with the right one it is written."""
    create(running.hub.registry)
    stale = call(verb, "/twins/d1", {"tags": {"a": 1}}, If_Match='"AAAAAAAAAP8="')
    assert stale.headers["iothub-errorcode"] == "PreconditionFailed"
    for etag in ('"AAAAAAAAAAE="', "*"):
        assert call(verb, "/twins/d1", {"tags": {"a": 1}}, If_Match=etag).status_code == 200


@pytest.mark.parametrize(
    "body", [{"tags": []}, {"tags": {"a": [None]}}, {"properties": {"desired": {"$a": 1}}}, []]
)
def test_what_a_twin_cannot_hold_is_refused(call, running, body):
    """400, and the twin stays."""
    before = create(running.hub.registry)
    assert call("PATCH", "/twins/d1", body).status_code == 400
    assert found(running.hub.registry) == before


def test_a_module_has_a_twin_of_its_own(call, running):
    """A missing one is told like a missing device; seen on a live hub."""
    create(running.hub.registry)
    create(running.hub.registry, moduleId="m")
    patched = call("PATCH", "/twins/d1/modules/m", {"tags": {"a": 1}})
    assert (patched.json()["moduleId"], patched.json()["tags"]) == ("m", {"a": 1})
    missing = call("GET", "/twins/d1/modules/n")
    assert missing.headers["iothub-errorcode"] == "DeviceNotFound"


def test_parents_and_reasons_show_in_the_twin(call, running):
    """Only when there are any."""
    edge = create(running.hub.registry, "e", capabilities={"iotEdge": True})
    create(running.hub.registry, "leaf", deviceScope=edge.device_scope, statusReason="new")
    twin = call("GET", "/twins/leaf").json()
    assert (twin["deviceScope"], twin["parentScopes"]) == (edge.device_scope, [edge.device_scope])
    assert twin["statusReason"] == "new"


def query(call, text, **headers):
    return call("POST", "/devices/query", {"query": text}, **headers)


def test_devices_can_be_counted_by_query(call, running):
    """The query that tools send before an import."""
    create(running.hub.registry, "a")
    create(running.hub.registry, "b")
    create(running.hub.registry, "b", moduleId="m")
    answer = query(call, "SELECT COUNT() as totalNumberOfDevices FROM devices")
    assert answer.json() == [{"totalNumberOfDevices": 2}]
    assert answer.headers["x-ms-item-type"] == "Raw"


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_a_query_is_answered_page_by_page(call, running, count):
    """The last page has no continuation."""
    for name in "abcd":
        create(running.hub.registry, name)
    found_ids, token = [], ""
    while True:
        answer = query(
            call, "select * from devices", x_ms_max_item_count=str(count), x_ms_continuation=token
        )
        assert answer.headers["x-ms-item-type"] == "Twin"
        assert len(answer.json()) <= count
        found_ids += [twin["deviceId"] for twin in answer.json()]
        token = answer.headers.get("x-ms-continuation")
        if token is None:
            break
    assert found_ids == ["a", "b", "c", "d"]


def test_one_device_and_all_modules_can_be_asked_for(call, running):
    """The other two queries."""
    create(running.hub.registry, "a")
    create(running.hub.registry, "b")
    create(running.hub.registry, "b", moduleId="m")
    one = query(call, "SELECT * FROM devices WHERE deviceId = 'b'").json()
    assert [twin["deviceId"] for twin in one] == ["b"]
    assert query(call, "SELECT * FROM devices WHERE deviceId = 'x'").json() == []
    modules = query(call, "SELECT * FROM devices.modules").json()
    assert [twin["moduleId"] for twin in modules] == ["m"]


@pytest.mark.parametrize(
    ("body", "token"),
    [
        ({"query": "SELECT deviceId FROM devices"}, ""),
        ({"query": "DROP TABLE identities"}, ""),
        ({}, ""),
        ({"query": "SELECT * FROM devices"}, "nonsense"),
        ({"query": "SELECT * FROM devices"}, "7b7d"),
    ],
)
def test_any_other_query_is_refused(call, body, token):
    """With the bare words of a live hub."""
    answer = call("POST", "/devices/query", body, x_ms_continuation=token)
    assert answer.status_code == 400
    assert answer.json()["Message"] == "ErrorCode:ArgumentInvalid;BadRequest"
