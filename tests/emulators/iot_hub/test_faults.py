"""Answers that go wrong on order, over HTTPS."""

import threading
import time

import pytest
import requests

from emulators.iot_hub.hub import Hub
from emulators.iot_hub.server import serve
from tests.emulators.iot_hub.client import HubClient


PUT = "PUT /devices/{id}"


def order(call, **fault):
    """Order a fault and expect it to be taken."""
    body = {"operation": PUT} | fault
    assert call("POST", "/_emulator/faults", body).status_code == 204


def put(call):
    return call("PUT", "/devices/d1", {"deviceId": "d1"})


@pytest.mark.parametrize(("when", "count"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("action", ["reset", "truncate"])
def test_a_connection_breaks_before_or_after_the_effect(call, running, action, when, count):
    """The client cannot tell which; the next call goes well."""
    order(call, action=action, when=when)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        put(call)
    assert len(running.hub.registry) == count
    assert call("GET", "/devices").status_code == 200


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (429, "ThrottlingBacklogTimeout"),
        (500, "ServerError"),
        (501, None),
        (502, None),
        (503, "ServiceUnavailable"),
        (504, None),
    ],
)
@pytest.mark.parametrize(("when", "count"), [("before", 0), ("after", 1)])
def test_any_status_can_be_ordered(call, running, status, name, when, count):
    """With the service's body, or with none, as front ends do."""
    order(call, action={"status": status}, when=when)
    answer = put(call)
    assert (answer.status_code, answer.headers.get("iothub-errorcode")) == (status, name)
    assert bool(answer.content) == bool(name)
    assert len(running.hub.registry) == count


def test_throttling_looks_as_on_a_live_hub(call):
    """Words instead of Retry-After, and the connection is closed."""
    order(call, action={"status": 429})
    answer = put(call)
    assert answer.json()["Message"] == (
        "ErrorCode:ThrottlingBacklogTimeout;"
        "The request has been throttled. Wait 10 seconds and try again. Operation type: CRUD"
    )
    assert answer.headers["connection"] == "close"
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize(("action", "status"), [("html", 502), ("page", 200)])
def test_a_page_can_be_ordered(call, action, status):
    """Not JSON at all: of the front end, or of something in between that says all is well."""
    order(call, action=action)
    answer = put(call)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "text/html; charset=utf-8",
    )


def test_an_answer_that_hangs_lets_go_of_a_client_that_gives_up(call, running):
    """The effect is there; only the answer is not."""
    order(call, action="hang", when="after")
    with pytest.raises(requests.ReadTimeout):
        call("PUT", "/devices/d1", {"deviceId": "d1"}, timeout=2)
    assert len(running.hub.registry) == 1
    assert put(call).status_code == 409


def test_an_answer_that_hangs_does_not_keep_the_server_from_stopping():
    """The caller sees its connection break."""
    outcome: list[object] = []

    def wait_for_answer():
        with HubClient(running) as waiting:
            try:
                outcome.append(put(waiting))
            except requests.ConnectionError as error:
                outcome.append(error)

    with serve(Hub()) as running, HubClient(running) as call:
        order(call, action="hang")
        client = threading.Thread(target=wait_for_answer)
        client.start()
        while not running.hub.calls[PUT]:
            threading.Event().wait(0.01)
        began = time.monotonic()
    assert time.monotonic() - began < 4
    client.join()
    assert isinstance(outcome[0], requests.ConnectionError)


def test_a_fault_comes_as_often_as_ordered(call, running):
    """In the order of the orders, for its operation only; all calls are counted."""
    order(call, action={"status": 503}, times=2)
    order(call, action={"status": 500})
    assert call("GET", "/devices/d1").status_code == 404
    assert [put(call).status_code for _ in range(4)] == [503, 503, 500, 200]
    assert call("GET", "/_emulator/calls").json() == {PUT: 4, "GET /devices/{id}": 1}
    assert running.hub.calls[PUT] == 4


def test_a_reset_makes_the_hub_as_new(call, running):
    """No devices, no faults, no counts."""
    put(call)
    order(call, action="hang")
    assert call("POST", "/_emulator/reset").status_code == 204
    assert call("GET", "/_emulator/calls").json() == {}
    assert len(running.hub.registry) == 0
    assert put(call).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"operation": "POST /no/such", "action": "hang"},
        {"operation": PUT},
        {"operation": PUT, "action": "explode"},
        {"operation": PUT, "action": {"state": 1}},
        {"operation": PUT, "action": {"status": "many"}},
        {"operation": PUT, "action": "hang", "when": "never"},
        [],
    ],
)
def test_an_order_that_makes_no_sense_is_refused(call, body):
    """So that a typo in a test does not go unnoticed."""
    assert call("POST", "/_emulator/faults", body).status_code == 400


def test_orders_need_no_rights(running):
    """They come from tests on the same machine."""
    with HubClient(running, authorization="none") as call:
        order(call, action={"status": 503})
        assert put(call).status_code == 503
        assert put(call).status_code == 401
