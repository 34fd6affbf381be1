"""The requests of Microsoft's reference, as they stand there, and what comes back.

Only the identifier differs: the reference has a text where the service wants a number
(microsoft-graph-docs#14045).
"""

import re

import pytest

from tests.emulators.graph.client import GraphClient


IMEI = "490154203237518"
ITEM = {
    "@odata.type": "#microsoft.graph.importedDeviceIdentity",
    "id": "9f70a12f-a12f-9f70-2fa1-709f2fa1709f",
    "importedDeviceIdentifier": IMEI,
    "importedDeviceIdentityType": "imei",
    "lastModifiedDateTime": "2017-01-01T00:00:35.1329464-08:00",
    "createdDateTime": "2017-01-01T00:02:43.5775965-08:00",
    "lastContactedDateTime": "2016-12-31T23:58:44.2908994-08:00",
    "description": "Description value",
    "enrollmentState": "enrolled",
    "platform": "ios",
}
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z")
SPELLINGS = ["", "microsoft.graph."]


def check_identity(shown, **expected):
    """The service's own fields are its own, whatever was sent; all others are as sent."""
    assert GUID.fullmatch(shown.pop("id"))
    created, modified = shown.pop("createdDateTime"), shown.pop("lastModifiedDateTime")
    assert TIME.fullmatch(created)
    assert modified == created
    assert shown == {
        "@odata.type": "#microsoft.graph.importedDeviceIdentity",
        "importedDeviceIdentifier": IMEI,
        "importedDeviceIdentityType": "imei",
        "lastContactedDateTime": "0001-01-01T00:00:00Z",
        "description": "Description value",
        "enrollmentState": "notContacted",
        "platform": "ios",
        **expected,
    }


@pytest.mark.parametrize("namespace", SPELLINGS)
def test_import_device_identity_list(call: GraphClient, namespace):
    """The answer has every property of the reference, in its order, and the status."""
    body = {"importedDeviceIdentities": [ITEM], "overwriteImportedDeviceIdentities": True}
    answer = call("POST", f"{namespace}importDeviceIdentityList", body)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    context = "/beta/$metadata#Collection(microsoft.graph.importedDeviceIdentityResult)"
    assert answer.json()["@odata.context"] == call.running.base_url + context
    [result] = answer.json()["value"]
    assert list(result) == [*ITEM, "status"]
    kind = "#microsoft.graph.importedDeviceIdentityResult"
    check_identity(result, **{"@odata.type": kind, "status": False})


@pytest.mark.parametrize("namespace", SPELLINGS)
def test_search_existing_identities(call: GraphClient, namespace):
    """An identity is found by type and identifier; what else is sent does not matter."""
    call.bring(ITEM)
    body = {"importedDeviceIdentities": [ITEM | {"description": "another", "platform": "macOS"}]}
    answer = call("POST", f"{namespace}searchExistingIdentities", body)
    assert answer.status_code == 200
    [found] = answer.json()["value"]
    assert list(found) == list(ITEM)
    check_identity(found)


def test_list(call: GraphClient):
    """A collection without a next page has no link to one."""
    call.bring(ITEM)
    answer = call("GET", "")
    assert answer.status_code == 200
    assert set(answer.json()) == {"@odata.context", "value"}
    [listed] = answer.json()["value"]
    check_identity(listed)


def test_get_and_delete(call: GraphClient):
    """An identity is there by its id until it is deleted, and then for neither verb."""
    [result] = call.bring(ITEM).json()["value"]
    got = call("GET", result["id"])
    assert got.status_code == 200
    assert got.json().pop("@odata.context").endswith("importedDeviceIdentities/$entity")
    check_identity({name: got.json()[name] for name in ITEM})
    deleted = call("DELETE", result["id"])
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert [call(verb, result["id"]).status_code for verb in ("GET", "DELETE")] == [404, 404]


def test_what_the_reference_leaves_out_may_be_left_out(call: GraphClient):
    """Scripts send no more than this, and no word about overwriting."""
    item = {
        "importedDeviceIdentifier": "C02XL0THJGH5",
        "importedDeviceIdentityType": "serialNumber",
    }
    answer = call("POST", "importDeviceIdentityList", {"importedDeviceIdentities": [item]})
    [result] = answer.json()["value"]
    assert result.items() >= {**item, "description": None, "platform": "unknown"}.items()


@pytest.mark.parametrize(
    ("verb", "path", "template"),
    [
        ("POST", "", "~/singleton/navigation"),
        ("PATCH", "9f70a12f-a12f-9f70-2fa1-709f2fa1709f", "~/singleton/navigation/key"),
    ],
)
def test_create_and_update_are_in_the_reference_only(call: GraphClient, verb, path, template):
    """The service has never had them."""
    answer = call(verb, path, ITEM)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "No method match route template"
    assert f"match template {template} with http verb {verb}" in error["message"]
    assert call.identifiers() == []
