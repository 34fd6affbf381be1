import re
from pathlib import Path

import pytest
from azure.iot.hub.protocol.models import DeviceRegistryOperationError
from hypothesis import given
from hypothesis import strategies as st

from emulators.iot_hub.errors import ErrorCode
from shared.domain.hub_error_table import ERRORS
from shared.domain.hub_errors import known_error, reaction_to, worth_another_try
from shared.domain.known_error import Again, Reaction


def names_of_the_api() -> list[str]:
    """Return the values of `errorCode` from Microsoft's own package, which lists them in words."""
    listed = re.search(
        r":param error_code:(.*?):type error_code:",
        str(DeviceRegistryOperationError.__doc__),
        re.DOTALL,
    )
    assert listed
    return re.findall(r"'(\w+)'", listed[1])


def documented_numbers() -> list[tuple[int, str]]:
    lines = Path(__file__).with_name("hub_error_numbers.txt").read_text().splitlines()
    pairs = (line.split() for line in lines if not line.startswith("#"))
    return [(int(number), name) for number, name in pairs]


NAMES = names_of_the_api()
NUMBERS = documented_numbers()


def test_every_name_of_the_api_has_a_reaction():
    """All 216 of the installed package; one that a later version adds shows here."""
    assert len(NAMES) == 216
    assert not set(NAMES) - ERRORS.keys()


def test_every_documented_number_has_its_name():
    """Both ways, and nothing has a number that is not documented."""
    assert {error.number: error.name for error in ERRORS.values() if error.number} == dict(NUMBERS)
    for number, name in NUMBERS:
        assert known_error(str(number)) is known_error(name)


def test_the_names_of_the_api_are_in_the_order_of_their_numbers():
    """A number that was copied wrongly would most likely break the order."""
    numbers = [number for name in NAMES if (number := ERRORS[name].number)]
    assert numbers == sorted(numbers)


def test_the_emulator_has_the_same_numbers():
    """It took them down for itself."""
    for code in ErrorCode:
        assert ERRORS[code.name].number == code


def test_no_server_error_is_taken_for_a_refusal():
    """A refusal tells for sure that nothing was done; of 5xx, the end of the list, nobody can."""
    for name in NAMES[NAMES.index("ClientClosedRequest") :]:
        assert ERRORS[name].reaction is Reaction.UNKNOWN_OUTCOME


def test_every_throttling_is_waited_for():
    """All that have a number of 429."""
    throttled = [error for error in ERRORS.values() if (error.number or 0) // 1000 == 429]
    assert len(throttled) == 6
    assert {error.reaction for error in throttled} == {Reaction.THROTTLED}


def test_whose_line_may_succeed_later_is_told_so():
    """Advice and worth of another try say the same."""
    for error in ERRORS.values():
        assert error.advice.endswith("drop the line again") == (error.again is Again.LATER)


@pytest.mark.parametrize(
    ("name", "reaction"),
    [
        ("JobQuotaExceeded", Reaction.BUSY),
        ("IotHubQuotaExceeded", Reaction.REFUSED),
        ("IotHubSuspended", Reaction.REFUSED),
    ],
)
@given(status=st.integers(100, 599))
def test_403_is_three_things_and_the_name_decides(name: str, reaction: Reaction, status: int):
    """Whatever status a known name comes with."""
    assert reaction_to(name, status) is reaction


@pytest.mark.parametrize(
    ("status", "reaction"),
    [
        (202, Reaction.UNKNOWN_OUTCOME),
        (307, Reaction.REFUSED),
        (400, Reaction.REFUSED),
        (401, Reaction.CREDENTIALS),
        (403, Reaction.REFUSED),
        (404, Reaction.UNAVAILABLE),
        (408, Reaction.UNKNOWN_OUTCOME),
        (429, Reaction.THROTTLED),
        (500, Reaction.UNKNOWN_OUTCOME),
        (503, Reaction.UNKNOWN_OUTCOME),
        (599, Reaction.UNKNOWN_OUTCOME),
    ],
)
@pytest.mark.parametrize("code", ["", "NeverHeardOf", "499999"])
def test_an_unknown_error_is_told_by_its_status(code: str, status: int, reaction: Reaction):
    """A name or number that a hub learns later has a reaction today."""
    assert known_error(code) is None
    assert reaction_to(code, status) is reaction


@pytest.mark.parametrize(
    ("code", "again"),
    [
        ("IotHubQuotaExceeded", Again.SINGLY),
        ("403002", Again.SINGLY),
        ("ThrottlingBacklogTimeout", Again.LATER),
        ("429005", Again.LATER),
        ("429777", Again.LATER),
        ("ServerError", Again.LATER),
        ("500777", Again.LATER),
        ("DeviceLocked", Again.LATER),
        ("DeviceAlreadyExists", Again.NO),
        ("404001", Again.NO),
        ("404777", Again.NO),
        ("NeverHeardOf", Again.NO),
        ("", Again.NO),
    ],
)
def test_a_line_is_worth_another_try_if_the_hub_was_at_fault(code: str, again: Again):
    """Near the cap singly, after throttling and faults later; what is refused is refused again."""
    assert worth_another_try(code) is again


@given(st.text(), st.integers(0, 999))
def test_any_code_has_a_reaction(code: str, status: int):
    """Names and numbers come from outside."""
    assert reaction_to(code, status) in Reaction
    assert worth_another_try(code) in Again
