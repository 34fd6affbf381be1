"""What an import does, and what it says about it."""

import json
import re

import pytest

from emulators.graph.identifiers import as_sent
from emulators.graph.server import serve
from emulators.graph.tenant import Tenant
from tests.emulators.graph.client import GraphClient, serial


def test_a_new_identity_is_accepted_with_status_false(call: GraphClient):
    """Only a search tells that it was."""
    [result] = call.bring(serial("C02A")).json()["value"]
    assert result["status"] is False
    [found] = call.search(serial("C02A"), serial("C02B")).json()["value"]
    assert found["id"] == result["id"]


def test_status_is_true_for_a_device_that_had_enrolled(call: GraphClient):
    """Before it was imported, or since."""
    call.enroll(serial("early"))
    call.bring(serial("late"))
    call.enroll(serial("late"))
    results = call.bring(serial("early"), serial("late"), serial("never")).json()["value"]
    assert [result["status"] for result in results] == [True, True, False]
    states = [(result["enrollmentState"], result["lastContactedDateTime"]) for result in results]
    assert [state for state, _ in states] == ["enrolled", "enrolled", "notContacted"]
    assert states[0][1] > "2020"


def test_a_device_can_come_less_far_than_enrolled(call: GraphClient):
    """Its state is shown, and the status stays false."""
    call.enroll(serial("C02A"), enrollmentState="failed")
    [result] = call.bring(serial("C02A")).json()["value"]
    assert (result["enrollmentState"], result["status"]) == ("failed", False)


def test_an_existing_identity_is_left_alone(call: GraphClient):
    """The answer shows it as it is, not as it was sent."""
    [first] = call.bring(serial("C02A", description="old", platform="ios")).json()["value"]
    [second] = call.bring(serial("C02A", description="new", platform="macOS")).json()["value"]
    assert second == first
    assert call("GET", first["id"]).json()["description"] == "old"


def test_an_existing_identity_is_overwritten_on_request(call: GraphClient):
    """Description and platform change; it stays the same identity."""
    [first] = call.bring(serial("C02A", description="old", platform="ios")).json()["value"]
    [second] = call.bring(serial("C02A", platform="macOS"), overwrite=True).json()["value"]
    assert (second["description"], second["platform"]) == (None, "macOS")
    kept = ("id", "createdDateTime", "enrollmentState")
    assert [second[name] for name in kept] == [first[name] for name in kept]
    assert second["lastModifiedDateTime"] > first["lastModifiedDateTime"]


def test_the_same_number_may_be_an_imei_and_a_serial_number(call: GraphClient):
    """The type belongs to the identity."""
    imei = {"importedDeviceIdentifier": "490154203237518", "importedDeviceIdentityType": "imei"}
    results = call.bring(imei, serial("490154203237518")).json()["value"]
    assert len({result["id"] for result in results}) == 2


def test_an_identity_that_comes_twice_is_one(call: GraphClient):
    """In order: the second finds the first, and overwrites it if asked to."""
    twice = [serial("C02A", description=text) for text in ("first", "second")]
    for overwrite, kept in ((False, "first"), (True, "second")):
        results = call.bring(*twice, overwrite=overwrite).json()["value"]
        assert len({result["id"] for result in results}) == 1
        assert results[-1]["description"] == kept
    assert call.identifiers() == ["C02A"]


def test_nothing_to_import_is_fine(call: GraphClient):
    """An empty list has an empty answer."""
    assert call.bring().json()["value"] == []


BAD = [
    serial(""),
    serial("C02.A"),
    serial("C02 A"),
    serial("C02A,details"),
    serial("C02A", description="x" * 129),
    {"importedDeviceIdentityType": "serialNumber"},
    {"importedDeviceIdentifier": "C02A"},
    {"importedDeviceIdentifier": "C02A", "importedDeviceIdentityType": "unknown"},
    {"importedDeviceIdentifier": "49015420323751A", "importedDeviceIdentityType": "imei"},
    {"importedDeviceIdentifier": "49-015420-323751-8", "importedDeviceIdentityType": "imei"},
    {"importedDeviceIdentifier": "49015420323751800", "importedDeviceIdentityType": "imei"},
    {
        "importedDeviceIdentifier": "Lenovo,ThinkPad",
        "importedDeviceIdentityType": "manufacturerModelSerial",
    },
    {
        "importedDeviceIdentifier": "Lenovo,ThinkPad,T14,PF1",
        "importedDeviceIdentityType": "manufacturerModelSerial",
    },
    {
        "importedDeviceIdentifier": "Lenovo,-,PF1",
        "importedDeviceIdentityType": "manufacturerModelSerial",
    },
]


@pytest.mark.parametrize("item", BAD, ids=str)
def test_one_bad_item_is_the_end_of_the_whole_call(call: GraphClient, item):
    """Nothing is imported, and which item was bad is not said."""
    answer = call.bring(serial("C02GOOD"), item)
    assert answer.status_code == 400
    assert "found for 1 import records!" in answer.json()["error"]["message"]
    assert call.identifiers() == []


def test_the_refusal_looks_as_on_the_service(call: GraphClient):
    """JSON in the message of JSON, with the caller's own id of the request."""
    body = {"importedDeviceIdentities": [serial(""), serial("A"), serial(".")]}
    mine = "b6fac339-4abf-4459-b40e-1c3a92cc7b04"
    answer = call("POST", "searchExistingIdentities", body, client_request_id=mine)
    assert answer.headers["client-request-id"] == mine
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == ["error"]
    error = answer.json()["error"]
    assert error["code"] == "BadRequest"
    assert set(error["innerError"]) == {"date", "request-id", "client-request-id"}
    assert error["innerError"]["request-id"] == answer.headers["request-id"]
    assert error["message"].startswith('{\r\n  "_version": 3,\r\n  "Message": "Invalid Device')
    said = json.loads(error["message"])
    assert re.fullmatch(
        r"Invalid Device Identifier parameter found for 2 import records! - Operation ID \(for "
        rf"customer support\): 0{{8}}(-0{{4}}){{3}}-0{{12}} - Activity ID: {mine} - Url: https://"
        r"\S+/deviceManagement/importedDeviceIdentities/searchExistingIdentities",
        said.pop("Message"),
    )
    assert said == {
        "_version": 3,
        "CustomApiErrorPhrase": "",
        "RetryAfter": None,
        "ErrorSourceService": "",
        "HttpHeaders": "{}",
    }


GOOD = [
    ("imei", "01234567890123", "01234567890123"),
    ("imei", "666", "666"),
    ("imei", "4901542032375180", "4901542032375180"),
    ("serialNumber", "R58M-42/x_7", "R58M-42/x_7"),
    (
        "manufacturerModelSerial",
        "Microsoft Corporation,Virtual Machine,7801-5131-4473",
        "MICROSOFTCORPORATION,VIRTUALMACHINE,780151314473",
    ),
    ("manufacturerModelSerial", " LENOVO , 21H3 , PF4.Z ", "LENOVO,21H3,PF4Z"),
]


@pytest.mark.parametrize(("kind", "sent", "kept"), GOOD)
def test_an_identifier_is_kept_in_intunes_spelling(call: GraphClient, kind, sent, kept):
    """And found by any other that is spelled alike."""
    item = {"importedDeviceIdentifier": sent, "importedDeviceIdentityType": kind}
    [result] = call.bring(item).json()["value"]
    assert result["importedDeviceIdentifier"] == kept
    found = call.search(item, item | {"importedDeviceIdentifier": kept}).json()["value"]
    assert [each["id"] for each in found] == [result["id"]] * 2


def test_a_tenant_may_keep_identifiers_as_they_came():
    """For what the service itself does is not known."""
    sent = "Microsoft Corporation,Virtual Machine,7801-5131"
    item = {
        "importedDeviceIdentifier": sent,
        "importedDeviceIdentityType": "manufacturerModelSerial",
    }
    with serve(Tenant(spelling=as_sent)) as running, GraphClient(running) as call:
        call.bring(item)
        assert call.identifiers() == [sent]
        assert call.search(item).json()["value"]
        assert not call.search(item | {"importedDeviceIdentifier": sent.upper()}).json()["value"]


def test_a_tenant_may_limit_the_items_of_a_call():
    """None is documented, so none is the default."""
    items = [serial(f"C02{number}") for number in range(3)]
    with serve(Tenant(item_limit=2)) as running, GraphClient(running) as call:
        refused = call.bring(*items)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "BadRequest")
        assert call.identifiers() == []
        assert call.bring(*items[:2]).status_code == 200
        assert call.search(*items).status_code == 400


def test_five_thousand_items_are_one_call(call: GraphClient):
    """As many as the admin center takes from a file."""
    items = [serial(f"SN{number:05}") for number in range(5000)]
    assert len(call.bring(*items).json()["value"]) == 5000
    assert len(call.search(*items).json()["value"]) == 5000
