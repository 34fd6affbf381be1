"""Answers that go wrong on order, over HTTPS."""

import pytest
import requests

from tests.emulators.graph.client import GraphClient, serial


IMPORT = "POST /importedDeviceIdentities/importDeviceIdentityList"


def order(call: GraphClient, **fault):
    """Order a fault and expect it to be taken."""
    answer = call("POST", "/_emulator/faults", {"operation": IMPORT} | fault)
    assert answer.status_code == 204, answer.text


@pytest.mark.parametrize(("when", "there"), [("before", []), ("after", ["A"])])
@pytest.mark.parametrize("action", ["reset", "truncate", "hang"])
def test_a_connection_breaks_before_or_after_the_effect(call: GraphClient, action, when, there):
    """The client cannot tell which; the next call goes well."""
    order(call, action=action, when=when)
    body = {"importedDeviceIdentities": [serial("A")]}
    with pytest.raises(requests.RequestException):
        call("POST", "importDeviceIdentityList", body, timeout=1)
    assert call.identifiers() == there
    assert call.bring(serial("A")).status_code == 200


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "TooManyRequests"),
        (500, "InternalServerError"),
        (502, None),
        (503, "ServiceUnavailable"),
        (504, None),
    ],
)
@pytest.mark.parametrize(("when", "there"), [("before", []), ("after", ["A"])])
def test_any_status_can_be_ordered(call: GraphClient, status, code, when, there):
    """With the service's body, or with none, as front ends do."""
    order(call, action={"status": status}, when=when)
    answer = call.bring(serial("A"))
    assert answer.status_code == status
    assert (answer.json()["error"]["code"] if answer.content else None) == code
    assert call.identifiers() == there


def test_a_page_of_the_front_end_can_be_ordered(call: GraphClient):
    """Not JSON at all."""
    order(call, action="html")
    answer = call.bring(serial("A"))
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")


def test_both_spellings_of_an_action_are_one_operation(call: GraphClient):
    """For faults and for counts."""
    order(call, action={"status": 503}, times=2)
    body = {"importedDeviceIdentities": [serial("A")]}
    spellings = ["importDeviceIdentityList", "microsoft.graph.importDeviceIdentityList"]
    assert [call("POST", name, body).status_code for name in spellings * 2] == [503, 503, 200, 200]
    assert call("GET", "/_emulator/calls").json() == {IMPORT: 4}


def test_a_reset_makes_the_tenant_as_new(call: GraphClient):
    """No identities, no enrolled devices, no faults, no counts."""
    call.bring(serial("A"))
    call.enroll(serial("A"))
    order(call, action="hang")
    assert call("POST", "/_emulator/reset").status_code == 204
    assert call("GET", "/_emulator/calls").json() == {}
    assert call.identifiers() == []
    assert call.bring(serial("A")).json()["value"][0]["status"] is False


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"operation": "POST /no/such", "action": "hang"}),
        ("faults", {"operation": IMPORT}),
        ("faults", {"operation": IMPORT, "action": "explode"}),
        ("faults", {"operation": IMPORT, "action": {"state": 1}}),
        ("faults", {"operation": IMPORT, "action": {"status": "many"}}),
        ("faults", []),
        ("faults", b"{"),
        ("enrollments", {"importedDeviceIdentifier": "A"}),
        ("enrollments", serial("A", enrollmentState="gone")),
        ("enrollments", serial("A.B")),
        ("enrollments", serial("A") | {"importedDeviceIdentityType": "meid"}),
    ],
    ids=str,
)
def test_an_order_that_makes_no_sense_is_refused(call: GraphClient, path, body):
    """So that a typo in a test does not go unnoticed."""
    assert call("POST", f"/_emulator/{path}", body).status_code == 400


def test_orders_need_no_token(graph):
    """They come from tests on the same machine."""
    with GraphClient(graph, "none") as call:
        call.enroll(serial("A"))
        order(call, action={"status": 503})
        assert call.bring(serial("A")).status_code == 503
        assert call.bring(serial("A")).status_code == 401
