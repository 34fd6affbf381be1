"""How often a hub may be called, by tier and units."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.iot_hub import ticks
from emulators.iot_hub.clock import Clock
from emulators.iot_hub.errors import HubError
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.routes.control import SERVICE_OPERATIONS
from emulators.iot_hub.server import serve
from emulators.iot_hub.throttle import (
    JOBS,
    QUERIES,
    REGISTRY,
    TWIN_READS,
    TWIN_UPDATES,
    Meter,
)
from emulators.iot_hub.tier import Tier
from tests.emulators.iot_hub.client import HubClient
from tests.emulators.iot_hub.lines import a_line, create
from tests.emulators.iot_hub.sdk import devices, refusal


TOO_FAST = (429, "ThrottlingBacklogTimeout")
COUNT = {"query": "SELECT COUNT() AS total FROM devices"}


def standing(tier=Tier.S1, units=1):
    """Return a hub whose clock moves only when a test moves it."""
    return Hub(tier=tier, units=units, clock=Clock(lambda: ticks.UNIX_EPOCH))


def fifty(prefix):
    return devices(*(f"{prefix}{number:02}" for number in range(50)))


def test_two_bulk_calls_of_fifty_a_minute(sdk):
    """Microsoft's own example: each device counts, and the third call has to wait its minute."""
    with serve(standing()) as running:
        registry = sdk(running.ca_file, running.connection_string).registry
        assert registry.bulk_create_or_update_devices(fifty("a")).is_successful
        running.hub.clock.advance(30)
        assert registry.bulk_create_or_update_devices(fifty("b")).is_successful
        running.hub.clock.advance(29)
        assert refusal(registry.bulk_create_or_update_devices, fifty("c")) == TOO_FAST
        assert len(running.hub.registry) == 100
        running.hub.clock.advance(1)
        assert registry.bulk_create_or_update_devices(fifty("c")).is_successful
        assert refusal(registry.get_devices) == TOO_FAST
        running.hub.clock.advance(30)
        assert len(registry.get_devices()) == 150


@pytest.mark.parametrize(
    ("verb", "path", "body", "budget", "operation_type"),
    [
        ("GET", "/devices/d1", None, 100, "CRUD"),
        ("PUT", "/devices/d1", {"deviceId": "d1"}, 100, "CRUD"),
        ("GET", "/devices/d1/modules", None, 100, "CRUD"),
        ("GET", "/statistics/devices", None, 100, "CRUD"),
        ("GET", "/jobs", None, 100, "Jobs"),
        ("DELETE", "/jobs/unknown", None, 100, "Jobs"),
        ("POST", "/devices/query", COUNT, 20, "Query"),
        ("GET", "/twins/d1", None, 100, "TwinRead"),
        ("PATCH", "/twins/d1", {"tags": {}}, 50, "TwinWrite"),
        ("GET", "/configurations", None, 20, "ConfigurationWrite"),
        ("PUT", "/configurations/c1", {"id": "c1"}, 20, "ConfigurationWrite"),
    ],
)
def test_one_call_too_many_is_told_as_a_live_hub_does(verb, path, body, budget, operation_type):
    """429 with these words, no Retry-After, and the connection is closed; errors count too."""
    with serve(standing()) as running, HubClient(running) as call:
        create(running.hub.registry)
        answers = [call(verb, path, body) for _ in range(budget)]
        assert 429 not in {answer.status_code for answer in answers}
        refused = call(verb, path, body)
        assert (refused.status_code, refused.headers["iothub-errorcode"]) == TOO_FAST
        assert refused.headers["connection"] == "close"
        assert "retry-after" not in refused.headers
        tracking = refused.json().pop("ExceptionMessage")
        assert re.fullmatch(r"Tracking ID:\w{32}-G:0-TimeStamp:[\d/]{10} [\d:]{8}", tracking)
        assert refused.json() | {"ExceptionMessage": ""} == {
            "Message": "ErrorCode:ThrottlingBacklogTimeout;The request has been throttled. "
            f"Wait 10 seconds and try again. Operation type: {operation_type}",
            "ExceptionMessage": "",
        }


def test_every_operation_of_the_service_is_throttled():
    """Bulk calls count their devices themselves."""
    free = [operation.name for operation in SERVICE_OPERATIONS if not operation.throttle]
    assert free == ["POST /devices"]


def test_budgets_are_apart():
    """Whoever asked too many questions may still write."""
    with serve(standing()) as running, HubClient(running) as call:
        statuses = [call("POST", "/devices/query", COUNT).status_code for _ in range(21)]
        assert Counter(statuses) == {200: 20, 429: 1}
        assert call("GET", "/devices").ok
        assert call("GET", "/jobs").ok


def test_a_refused_call_costs_nothing_and_leaves_nothing(sdk):
    """What still fits goes through, and of what does not, nothing is applied."""
    with serve(standing()) as running:
        registry = sdk(running.ca_file, running.connection_string).registry
        assert registry.bulk_create_or_update_devices(fifty("a") + fifty("b")[:10]).is_successful
        assert refusal(registry.bulk_create_or_update_devices, fifty("c")) == TOO_FAST
        assert registry.bulk_create_or_update_devices(fifty("d")[:40]).is_successful
        assert len(running.hub.registry) == 100


def test_callers_without_rights_spend_nobodys_budget():
    """Who they are is looked at first."""
    with serve(standing()) as running, HubClient(running, authorization="none") as stranger:
        assert {stranger("GET", "/devices").status_code for _ in range(101)} == {401}
        with HubClient(running) as call:
            assert call("GET", "/devices").ok


def test_the_lines_of_a_job_are_not_throttled(exchange):
    """That is what jobs are for; only calls about jobs count, in a budget of their own."""
    exchange.put(*(a_line(f"d{number}") for number in range(250)))
    with serve(standing()) as running, HubClient(running) as call:
        assert call("POST", "/jobs/create", exchange.an_import()).ok
        running.hub.jobs.settle()
        assert exchange.errors() == []
        assert len(running.hub.registry) == 250
        statuses = [call("GET", "/jobs").status_code for _ in range(100)]
        assert Counter(statuses) == {200: 99, 429: 1}


def test_a_hub_of_no_tier_takes_any_number(sdk, running):
    """So that the local stack is never slower than the machine."""
    registry = sdk(running.ca_file, running.connection_string).registry
    for prefix in "abc":
        assert registry.bulk_create_or_update_devices(fifty(prefix)).is_successful


@pytest.mark.parametrize(
    ("throttle", "tier", "units", "budget"),
    [
        *(
            (throttle, tier, 1, 100)
            for throttle in (REGISTRY, JOBS)
            for tier in ("F1", "B1", "S1")
        ),
        *((throttle, tier, 2, 200) for throttle in (REGISTRY, JOBS) for tier in ("B2", "S2")),
        *((throttle, tier, 10, 50_000) for throttle in (REGISTRY, JOBS) for tier in ("B3", "S3")),
        (QUERIES, "F1", 1, 20),
        (QUERIES, "B2", 3, 60),
        (QUERIES, "S3", 2, 2000),
        (TWIN_READS, "S1", 200, 100),
        (TWIN_READS, "S2", 1, 100),
        (TWIN_READS, "S2", 11, 110),
        (TWIN_READS, "S3", 2, 1000),
        (TWIN_UPDATES, "S1", 200, 50),
        (TWIN_UPDATES, "S2", 11, 55),
        (TWIN_UPDATES, "S3", 2, 500),
    ],
)
def test_budgets_are_those_of_microsofts_table(throttle, tier, units, budget):
    """By size and units."""
    assert throttle.budget(Tier(tier), units) == budget


@given(st.lists(st.tuples(st.integers(0, 80), st.integers(1, 100)), max_size=60))
def test_no_minute_ever_has_more_than_its_budget(calls):
    """And what fits into the minute that ends now is never refused."""
    meter, now = Meter(), 0
    taken: list[tuple[int, int]] = []
    for gap, count in calls:
        now += gap * ticks.TICKS_A_SECOND
        minute = [past for moment, past in taken if moment > now - 60 * ticks.TICKS_A_SECOND]
        try:
            meter.take(REGISTRY, 100, count, now)
        except HubError:
            assert sum(minute) + count > 100
        else:
            assert sum(minute) + count <= 100
            taken.append((now, count))
