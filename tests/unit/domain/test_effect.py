from typing import Any

import pytest

from shared.domain.effect import Left, needs_twin, twin_update, what_is_left
from shared.domain.import_modes import MODES


IDENTITY = {
    "deviceId": "d1",
    "etag": "Mg==",
    "status": "enabled",
    "statusReason": None,
    "authentication": {
        "type": "selfSigned",
        "symmetricKey": {"primaryKey": None, "secondaryKey": None},
        "x509Thumbprint": {"primaryThumbprint": "ABCD", "secondaryThumbprint": None},
    },
    "capabilities": {"iotEdge": False},
    "deviceScope": "ms-azure-iot-edge://parent-1",
}
TWIN = {
    "deviceId": "d1",
    "etag": "AAAAAAAAAAI=",
    "tags": {"floor": 1},
    "properties": {"desired": {"rate": 5, "$metadata": {}, "$version": 1}, "reported": {}},
}
MODULE = {"deviceId": "d1", "moduleId": "m", "etag": "Mg==", "authentication": {"type": "sas"}}


def a_wish(mode: str = "createOrUpdate", **members: Any) -> dict[str, Any]:
    return {"id": "d1", "status": "enabled", "importMode": mode, **members}


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"statusReason": ""},
        {
            "authentication": {
                "type": "selfSigned",
                "x509Thumbprint": {"primaryThumbprint": "abcd"},
            }
        },
        {"deviceScope": "ms-azure-iot-edge://parent-1"},
        {"tags": {"floor": 1}},
        {"properties": {"desired": {"rate": 5}}},
        {"authentication": None, "capabilities": None, "parentScopes": ["ignored on a leaf"]},
    ],
)
@pytest.mark.parametrize("mode", ["create", "createOrUpdate", "update"])
def test_a_device_as_the_line_wants_it_is_done(mode: str, members: dict[str, Any]):
    """What the line leaves to the hub may be anything; keys that the hub made are nobody's."""
    assert what_is_left(a_wish(mode, **members), IDENTITY, TWIN) is Left.NOTHING


@pytest.mark.parametrize(
    "members",
    [
        {"status": "disabled"},
        {"statusReason": "moved"},
        {"authentication": {"symmetricKey": {"primaryKey": "a", "secondaryKey": "b"}}},
        {"authentication": {"x509Thumbprint": {"primaryThumbprint": "ffff"}}},
        {"capabilities": {"iotEdge": True}},
        {"deviceScope": "ms-azure-iot-edge://another-1"},
    ],
)
@pytest.mark.parametrize("mode", ["create", "createOrUpdate", "update"])
def test_a_device_that_differs_is_all_to_be_done(mode: str, members: dict[str, Any]):
    """One member is enough."""
    assert what_is_left(a_wish(mode, **members), IDENTITY, TWIN) is Left.ALL


@pytest.mark.parametrize("mode", sorted(set(MODES) - {"delete", "deleteIfMatchETag"}))
def test_a_device_that_is_not_there_is_all_to_be_done(mode: str):
    """Whatever the mode, but for deletes."""
    assert what_is_left(a_wish(mode), None, None) is Left.ALL


@pytest.mark.parametrize("mode", ["delete", "deleteIfMatchETag"])
def test_a_delete_is_done_when_nobody_is_there(mode: str):
    """And only then."""
    assert what_is_left(a_wish(mode, eTag="MQ=="), None, None) is Left.NOTHING
    assert what_is_left(a_wish(mode, eTag="MQ=="), IDENTITY, None) is Left.ALL


def test_an_etag_that_still_stands_proves_that_nothing_was_done():
    """Every write changes it; quotes around it mean nothing."""
    for etag, left in (("Mg==", Left.ALL), ('"Mg=="', Left.ALL), ("MQ==", Left.NOTHING)):
        assert what_is_left(a_wish("updateIfMatchETag", eTag=etag), IDENTITY, None) is left
    twin = a_wish("updateTwinIfMatchETag", tags={"floor": 1})
    for etag, left in (("AAAAAAAAAAI=", Left.ALL), ("AAAAAAAAAAE=", Left.NOTHING)):
        assert what_is_left(twin | {"twinETag": etag}, IDENTITY, TWIN) is left


@pytest.mark.parametrize(
    ("mode", "left"),
    [
        ("createOrUpdate", Left.TWIN),
        ("update", Left.TWIN),
        ("create", Left.ALL),
        ("updateTwin", Left.ALL),
    ],
)
def test_where_only_the_twin_is_missing_only_the_twin_is_written(mode: str, left: Left):
    """Writing the identity again would make new keys. What a `create` found may not be its own."""
    for members in ({"tags": {"floor": 2}}, {"properties": {"desired": {"rate": 6}}}):
        assert what_is_left(a_wish(mode, **members), IDENTITY, TWIN) is left
    assert what_is_left(a_wish(mode, tags={"floor": 2}), IDENTITY, None) is left


def test_a_twin_is_only_asked_for_where_it_tells():
    """A twin costs a call."""
    assert not needs_twin(a_wish())
    assert needs_twin(a_wish(tags={}))
    assert needs_twin(a_wish(properties={"desired": {}}))
    assert needs_twin(a_wish("updateTwin"))
    assert not needs_twin(a_wish(properties={"reported": {}}))


def test_a_module_shows_less_and_is_done_all_the_same():
    """It has no status of its own."""
    wish = a_wish(moduleId="m", statusReason="said of devices only")
    assert what_is_left(wish, MODULE, None) is Left.NOTHING


def test_an_edge_device_has_parents_and_its_own_scope():
    """The scope that a line names is ignored by the hub; the parents are not."""
    edge = IDENTITY | {"capabilities": {"iotEdge": True}, "parentScopes": ["s"]}
    wish = a_wish(capabilities={"iotEdge": True}, deviceScope="another", parentScopes=["s"])
    assert what_is_left(wish, edge, None) is Left.NOTHING
    assert what_is_left(wish | {"parentScopes": ["t"]}, edge, None) is Left.ALL


def test_a_twin_update_has_the_twin_of_the_line_and_nothing_else():
    """No key and no ETag: the identity stays as it was made."""
    line = a_wish("create", eTag="x", tags={"a": 1}, authentication={"type": "sas"}, moduleId="m")
    assert twin_update(line) == {
        "id": "d1",
        "moduleId": "m",
        "status": "enabled",
        "importMode": "updateTwin",
        "tags": {"a": 1},
        "properties": {"desired": {}},
    }
