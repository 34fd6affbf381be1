"""What targets tell of the scopes of edge devices: the fake, and the emulated hub's registry."""

import pytest

from emulators.iot_hub.faults import Action, Fault
from shared.domain.errors import AnswerLost
from shared.ports import Scopes, Target
from tests.bulk_calls import BulkCalls
from tests.contract.targets import PLANES, Service
from tests.emulators.iot_hub.lines import create
from tests.fakes.edge_hub import EDGE
from tests.fakes.hub import FakeScopes


@pytest.fixture(params=["fake", "registry"])
def scopes(request: pytest.FixtureRequest) -> tuple[Scopes, str]:
    """A hub with the edge device `gw` and the plain device `leaf` below it, and gw's scope."""
    if request.param == "fake":
        return FakeScopes({"gw": "ms-azure-iot-edge://gw-1"}), "ms-azure-iot-edge://gw-1"
    calls: BulkCalls = request.getfixturevalue("calls")
    scope = create(calls.running.hub.registry, "gw", **EDGE).device_scope
    create(calls.running.hub.registry, "leaf", deviceScope=scope)
    assert scope
    return looks(calls), scope


def looks(calls: BulkCalls) -> Scopes:
    scopes = calls.target.scopes
    assert scopes
    return scopes


def test_an_edge_device_has_a_scope(scopes: tuple[Scopes, str]):
    """A leaf has none of its own, nor has a device that is not there."""
    found, scope = scopes
    shown = found.of(["leaf", "gw", "gone"])
    assert list(shown.items()) == [("leaf", None), ("gw", scope), ("gone", None)]
    assert not found.of(())


def test_devices_are_looked_up_in_their_order_as_far_as_the_budget_goes(calls: BulkCalls):
    """The rest is for another minute."""
    names = [f"d{number:03}" for number in range(130)]
    assert list(looks(calls).of(names)) == names[:100]
    assert not looks(calls).of(names[100:])
    calls.wait(60)
    assert list(looks(calls).of(names[100:])) == names[100:]


def test_a_hub_that_others_use_is_left_alone(calls: BulkCalls):
    """What was seen before it throttled is kept."""
    for _ in range(95):
        calls.registry.identity("other", None)
    assert list(looks(calls).of([f"d{number}" for number in range(10)])) == [
        f"d{number}" for number in range(5)
    ]
    calls.wait(5)
    assert not looks(calls).of(["d5"])


def test_a_lost_answer_is_an_error(calls: BulkCalls):
    """Nothing is guessed."""
    calls.running.hub.faults.add(Fault("GET /devices/{id}", Action.RESET))
    with pytest.raises(AnswerLost):
        looks(calls).of(["gw"])


@pytest.mark.parametrize("plane", PLANES)
def test_jobs_alone_tell_no_scopes(service: Service, plane: str):
    """Resource Manager has no look at a device; the data plane's is that of bulk calls."""
    target: Target = service.target(plane)
    assert target.scopes is None
