from contextlib import suppress

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from emulators.graph.filters import EVERYTHING, parse
from emulators.graph.identities import Identities
from emulators.graph.identity import Device, EnrollmentState, IdentityType, Platform


DEVICES = [
    Device(kind, identifier)
    for kind in (IdentityType.IMEI, IdentityType.SERIAL_NUMBER)
    for identifier in ("1", "2")
]


def listed(identities: Identities):
    return [row.identity for row in identities.page(EVERYTHING, 0, 0, 100)]


class IdentitiesAgainstDict(RuleBasedStateMachine):
    """Whatever is done to them, they are what a dict of devices would hold, in its order."""

    def __init__(self):
        super().__init__()
        self.identities = Identities()
        self.kept = {}
        self.states = {}

    def teardown(self):
        self.identities.close()

    @rule(
        device=st.sampled_from(DEVICES),
        description=st.sampled_from([None, "x", "y"]),
        overwrite=st.booleans(),
    )
    def put(self, device, description, overwrite):
        identity = self.identities.put(device, description, Platform.IOS, overwrite=overwrite)
        if device not in self.kept or overwrite:
            self.kept[device] = description
        assert identity == self.identities.find(device)

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def remove(self, data):
        device = data.draw(st.sampled_from(list(self.kept)))
        identity = self.identities.find(device)
        assert identity
        assert self.identities.remove(identity.id)
        del self.kept[device]

    @rule(device=st.sampled_from(DEVICES), state=st.sampled_from(EnrollmentState))
    def enroll(self, device, state):
        self.identities.enroll(device, state)
        self.states[device] = state

    @rule(device=st.sampled_from(DEVICES))
    def fail_in_a_transaction(self, device):
        with suppress(ZeroDivisionError), self.identities.transaction():
            self.identities.put(device, "lost", Platform.IOS, overwrite=True)
            raise ZeroDivisionError

    @invariant()
    def same(self):
        assert [
            ((each.kind, each.identifier), each.description, each.state)
            for each in listed(self.identities)
        ] == [
            (device, description, self.states.get(device, "notContacted"))
            for device, description in self.kept.items()
        ]


TestIdentitiesAgainstDict = IdentitiesAgainstDict.TestCase
TestIdentitiesAgainstDict.settings = settings(max_examples=40, stateful_step_count=20)


def test_identities_in_a_file_outlive_their_process(tmp_path):
    """Closed and opened again, they are the same, and devices are still enrolled."""
    path = tmp_path / "graph.sqlite"
    first = Identities(path)
    first.put(DEVICES[0], "x", Platform.ANDROID, overwrite=False)
    first.enroll(DEVICES[0], EnrollmentState.ENROLLED)
    kept = listed(first)
    first.close()
    second = Identities(path)
    assert listed(second) == kept
    assert kept[0].state == "enrolled"
    second.close()


@pytest.fixture
def identities():
    made = Identities()
    yield made
    made.close()


def test_an_id_that_nothing_has(identities):
    """Is found by nobody, and cannot be removed."""
    assert identities.get("x") is None
    assert identities.remove("x") is False


def test_text_is_never_taken_for_sql(identities):
    """Neither in an identifier nor in a filter."""
    hostile = Device(IdentityType.SERIAL_NUMBER, "';DROP")
    identities.put(hostile, None, Platform.UNKNOWN, overwrite=False)
    rows = identities.page(parse("importedDeviceIdentifier eq ''';DROP'"), 0, 0, 10)
    assert [row.identity.identifier for row in rows] == ["';DROP"]
