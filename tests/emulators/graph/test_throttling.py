"""429, by a budget of the tenant or on order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.graph.budget import WINDOW_SECONDS, Budget
from emulators.graph.server import serve
from emulators.graph.tenant import Tenant
from tests.emulators.graph.client import GraphClient, serial


class Clock:
    """A time of the test's own."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@given(
    limit=st.integers(1, 4),
    pauses=st.lists(
        st.sampled_from([0, 0.5, 5, WINDOW_SECONDS - 0.5, WINDOW_SECONDS]), max_size=40
    ),
)
def test_no_more_pass_than_the_budget_in_any_window(limit, pauses):
    """Refused requests count too; who waits as told is let through."""
    clock = Clock()
    budget = Budget(limit, clock)
    made: list[float] = []
    for pause in pauses:
        clock.now += pause
        recent = [moment for moment in made if moment > clock.now - WINDOW_SECONDS]
        wait = budget.spend()
        assert (wait == 0) == (len(recent) < limit)
        made.append(clock.now)
    if wait := budget.spend():
        clock.now += wait
        assert budget.spend() == 0


def test_a_request_over_the_budget_is_told_how_long_to_wait():
    """With Graph's body; nothing is imported, and orders of tests cost nothing."""
    clock = Clock()
    with serve(Tenant(budget=Budget(2, clock))) as running, GraphClient(running) as call:
        assert [call.bring(serial("A")).status_code for _ in range(2)] == [200, 200]
        clock.now += 5.5
        answer = call.bring(serial("B"))
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "15"
        error = answer.json()["error"]
        assert (error["code"], error["message"]) == ("TooManyRequests", "Too many requests.")
        assert set(error["innerError"]) == {"date", "request-id", "client-request-id"}
        call("GET", "/_emulator/calls")
        clock.now += 15
        assert call.identifiers() == ["A"]
        assert call("GET", "").status_code == 429
        call("POST", "/_emulator/reset")
        assert call.identifiers() == []


def test_who_may_not_call_spends_nothing():
    """A budget is the application's, and without a token there is none."""
    with serve(Tenant(budget=Budget(1))) as running:
        with GraphClient(running, "Bearer no") as stranger:
            assert stranger("GET", "").status_code == 401
        with GraphClient(running) as call:
            assert call("GET", "").status_code == 200


@pytest.mark.parametrize(("said", "told"), [(10, "10"), (1, "1"), (None, None)])
def test_throttling_on_order_says_what_the_tenant_is_told_to_say(said, told):
    """Intune was seen to throttle without Retry-After, too."""
    order = {"operation": "GET /importedDeviceIdentities", "action": {"status": 429}}
    with serve(Tenant(retry_after=said)) as running, GraphClient(running) as call:
        assert call("POST", "/_emulator/faults", order).status_code == 204
        answer = call("GET", "")
        assert (answer.status_code, answer.headers.get("retry-after")) == (429, told)
        assert answer.json()["error"]["code"] == "TooManyRequests"
        assert call("GET", "").status_code == 200
