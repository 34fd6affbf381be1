import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.import_errors import LineError, line_error, parse_import_errors
from shared.domain.known_error import Again


def parsed(entry: Any) -> LineError:
    (error,) = parse_import_errors([json.dumps(entry).encode()])
    return error


def test_an_empty_log_says_that_all_went_well():
    """The hub writes zero bytes on full success."""
    assert list(parse_import_errors([])) == []
    assert list(parse_import_errors([b"", b"  "])) == []


@pytest.mark.parametrize("code", [404001, "404001", "DeviceNotFound"])
def test_a_code_may_be_number_or_name(code: Any):
    """The log has numbers, the C# SDK declares strings, the bulk API has names."""
    error = parsed({"deviceId": "d1", "errorCode": code, "errorStatus": "d1"})
    assert (error.device_id, error.code) == ("d1", "DeviceNotFound")
    assert "use importMode create" in error.message


def test_an_unknown_number_stays_a_number():
    """What we have no name for is passed on."""
    error = parsed({"deviceId": "d1", "errorCode": 499999, "errorStatus": "odd"})
    assert (error.code, error.message) == ("499999", "odd")


def test_an_unknown_name_is_the_hubs_own():
    """The line has failed, and the hub's words are what people get."""
    error = parsed({"deviceId": "d1", "errorCode": "NewError", "errorStatus": "so it is"})
    assert (error.code, error.message, error.again) == ("NewError", "so it is", Again.NO)


@pytest.mark.parametrize(
    ("code", "again"),
    [
        pytest.param(403002, Again.SINGLY, id="the hub is nearly full"),
        pytest.param(429001, Again.LATER, id="throttled"),
        pytest.param(500001, Again.LATER, id="the hub failed"),
        pytest.param(503999, Again.LATER, id="the hub failed in a new way"),
        pytest.param(409001, Again.NO, id="refused"),
    ],
)
def test_a_line_says_whether_it_is_worth_another_try(code: int, again: Again):
    """Whoever retries single lines asks the error, not a number."""
    assert parsed({"deviceId": "d1", "errorCode": code, "errorStatus": ""}).again is again


def test_the_result_of_a_bulk_call_is_read_alike():
    """It has the same members, with names in place of numbers (recorded)."""
    entry = {
        "deviceId": "dev1",
        "errorCode": "DeviceAlreadyExists",
        "errorStatus": "A device with ID 'dev1' is already registered.",
        "moduleId": None,
        "operation": "create",
    }
    logged = {"deviceId": "dev1", "errorCode": 409001, "errorStatus": "dev1"}
    assert line_error(entry) == parsed(logged)


def test_a_line_that_the_hub_could_not_parse_is_told_by_its_own_text():
    """Recorded in azure-iot-sdk-java#1599: no deviceId, the whole line in the status."""
    line = json.dumps({"id": "dev-7", "authentication": {"symmetricKey": {"primaryKey": "c2Vj"}}})
    status = (
        f'Invalid device format in line: {line}. Error converting value "SELF_SIGNED" to type '
        "'AuthenticationType'. Path 'authentication.type', line 1, position 249."
    )
    error = parsed({"errorCode": 400012, "errorStatus": status})
    assert (error.device_id, error.code) == ("dev-7", "DeserializationError")
    assert "SELF_SIGNED" in error.message
    assert "primaryKey" not in error.message
    assert "c2Vj" not in error.message


def test_a_module_is_told_from_its_device():
    """The log may name the module."""
    error = parsed({"deviceId": "d", "moduleId": "m", "errorCode": 404010, "errorStatus": ""})
    assert (error.device_id, error.module_id) == ("d", "m")


@given(st.binary(max_size=300))
def test_no_log_breaks_the_reader(line: bytes):
    """Whatever a hub writes becomes an error that can be reported."""
    for error in parse_import_errors([line]):
        json.dumps([error.code, error.message], ensure_ascii=False).encode()


@given(st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x, max_size=2)))
def test_no_entry_breaks_the_reader(value: Any):
    """Members of any type are read, or called unreadable."""
    parsed({"deviceId": value, "errorCode": value, "errorStatus": value})
