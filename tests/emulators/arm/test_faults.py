"""Answers of Resource Manager that go wrong on order, and the other orders of tests."""

import pytest
import requests

from tests.emulators.arm.bodies import an_export
from tests.emulators.iot_hub.lines import create


EXPORT = "POST /IotHubs/{hub}/exportDevices"


def order(call, **fault):
    """Order a fault and expect it to be taken."""
    assert call.order("/faults", {"operation": EXPORT} | fault).status_code == 204


@pytest.mark.parametrize(("when", "count"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("action", ["reset", "truncate"])
def test_an_answer_is_lost_before_or_after_the_effect(call, exchange, action, when, count):
    """The client cannot tell which; the list of jobs can."""
    order(call, action=action, when=when)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        call("POST", "/exportDevices", an_export(exchange))
    assert len(call("GET", "/jobs").json()["value"]) == count


def test_an_answer_that_hangs_lets_go_of_a_client_that_gives_up(call, exchange):
    """The job is there; only the answer is not."""
    order(call, action="hang", when="after")
    with pytest.raises(requests.ReadTimeout):
        call("POST", "/exportDevices", an_export(exchange), timeout=2)
    assert len(call("GET", "/jobs").json()["value"]) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "TooManyRequests"),
        (502, None),
        (503, "ServiceUnavailable"),
        (504, "GatewayTimeout"),
    ],
)
@pytest.mark.parametrize(("when", "count"), [("before", 0), ("after", 1)])
def test_any_status_can_be_ordered(call, exchange, status, code, when, count):
    """With Resource Manager's body, or with none, as front ends do."""
    order(call, action={"status": status}, when=when)
    answer = call("POST", "/exportDevices", an_export(exchange))
    assert answer.status_code == status
    assert (answer.json()["error"]["code"] if answer.content else None) == code
    assert ("retry-after" in answer.headers) == (status == 429)
    assert len(call("GET", "/jobs").json()["value"]) == count


@pytest.mark.parametrize(
    ("contract", "code"),
    [("2023-06-30", ("code", 500001)), ("2016-02-03", ("Code", "InternalError"))],
)
def test_a_failure_of_the_provider_is_spelled_as_the_contract_has_it(
    call, exchange, contract, code
):
    """A number today, a name before."""
    call.order("/contract", {"contract": contract})
    order(call, action={"status": 500})
    answer = call("POST", "/exportDevices", an_export(exchange))
    assert answer.status_code == 500
    assert code in answer.json().items()


def test_a_page_of_the_front_end_can_be_ordered(call):
    """Not JSON at all."""
    order(call, operation="GET /IotHubs/{hub}/jobs", action="html")
    answer = call("GET", "/jobs")
    assert (answer.status_code, answer.headers["content-type"]) == (
        502,
        "text/html; charset=utf-8",
    )


def test_the_location_may_end_without_a_body(call_2016, exchange):
    """204 is as good an end as 200; a fault orders it."""
    operation = "GET /IotHubs/{hub}/operationResults/{id}"
    order(call_2016, operation=operation, action={"status": 204})
    accepted = call_2016("POST", "/exportDevices", an_export(exchange))
    ended = call_2016.url("GET", accepted.headers["Location"])
    assert (ended.status_code, ended.content) == (204, b"")


def test_a_fault_comes_as_often_as_ordered(call, running):
    """All calls are counted, for both hubs and both lists together."""
    order(call, operation="GET /IotHubs/{hub}", action={"status": 503}, times=2)
    assert [call("GET", "").status_code for _ in range(3)] == [503, 503, 200]
    assert call("GET", "", hub="West").ok
    subscription = f"/subscriptions/{running.management.subscription}"
    for scope in (subscription, f"{subscription}/resourceGroups/local"):
        assert call.url("GET", f"{scope}/providers/Microsoft.Devices/IotHubs").ok
    counted = {"GET /IotHubs/{hub}": 4, "GET /IotHubs": 2}
    assert call.order("/calls", verb="GET").json() == counted


def test_a_reset_forgets_orders_and_counts_but_no_hub(call, running):
    """Hubs are reset at their own address."""
    create(running.hubs["east"].hub.registry)
    order(call, action="hang")
    call.order("/contract", {"contract": "2016-02-03"})
    call("GET", "")
    assert call.order("/reset").status_code == 204
    assert call.order("/calls", verb="GET").json() == {}
    assert "maxValue" in call("GET", "/quotaMetrics").json()["value"][0]
    assert call("GET", "/IotHubStats").json()["totalDeviceCount"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {"operation": "POST /jobs/create", "action": "hang"},
        {"operation": EXPORT},
        {"operation": EXPORT, "action": "explode"},
        [],
    ],
)
def test_an_order_that_makes_no_sense_is_refused(call, body):
    """So that a typo in a test does not go unnoticed."""
    assert call.order("/faults", body).status_code == 400


def test_orders_need_no_token(call):
    """They come from tests on the same machine; everything else does."""
    call.authorization = ""
    order(call, operation="GET /IotHubs/{hub}", action={"status": 503})
    assert [call("GET", "").status_code for _ in range(2)] == [503, 401]
