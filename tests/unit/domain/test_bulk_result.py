from typing import Any

import pytest

from shared.domain.bulk_result import NO_TWIN, BulkResult, read_bulk_result
from shared.domain.import_errors import LineError


def refused(device_id: str = "d1", **members: Any) -> dict[str, Any]:
    return {
        "deviceId": device_id,
        "errorCode": "DeviceAlreadyExists",
        "errorStatus": f"A device with ID '{device_id}' is already registered.",
        "moduleId": None,
        "operation": "create",
        **members,
    }


def result(*errors: Any, warnings: Any = ()) -> dict[str, Any]:
    return {"isSuccessful": not errors, "errors": list(errors), "warnings": list(warnings)}


def test_a_success_says_nothing_of_any_line():
    """As recorded."""
    assert read_bulk_result(result()) == BulkResult()
    nulls = {"isSuccessful": True, "errors": None, "warnings": None}
    assert read_bulk_result(nulls) == BulkResult()


def test_refused_lines_are_named_as_in_the_log_of_a_job():
    """By name here and by number there, but the report says the same of both."""
    for code in ("DeviceAlreadyExists", 409001, "409001"):
        found = read_bulk_result(result(refused(errorCode=code, moduleId="m")))
        assert found
        (said,) = found.said
        assert (said.device_id, said.module_id, said.code) == ("d1", "m", "DeviceAlreadyExists")
        assert not said.applied


def test_a_device_without_its_twin_is_remembered_and_other_warnings_are_notes():
    """What is to be done is no error, and neither is what is only said."""
    warnings = [
        {"deviceId": "d1", "warningCode": NO_TWIN, "warningStatus": "no twin"},
        {"deviceId": "d2", "warningCode": "Odd", "warningStatus": "something"},
    ]
    assert read_bulk_result(result(warnings=warnings)) == BulkResult(
        (LineError("d2", None, "Odd", "something", applied=True),), frozenset({("d1", None)})
    )


def test_no_word_of_the_hub_carries_a_key():
    """It may repeat the line."""
    key = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="
    warnings = [{"deviceId": "d", "warningCode": "Odd", "warningStatus": f"key {key}"}]
    found = read_bulk_result(
        result(refused(errorCode="Strange", errorStatus=f"key {key}"), warnings=warnings)
    )
    assert found
    assert len(found.said) == 2
    assert not any(key in said.message for said in found.said)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {"Message": "ErrorCode:ArgumentInvalid;no"},
        {"isSuccessful": False},
        {"isSuccessful": False, "errors": [], "warnings": []},
        {"isSuccessful": False, "errors": [{}]},
        {"isSuccessful": False, "errors": ["d1"]},
        {"isSuccessful": True, "warnings": [{}]},
    ],
)
def test_what_is_no_result_is_told_from_one(body: Any):
    """A 400 may be an error like any other; a failure that names nobody says nothing."""
    assert read_bulk_result(body) is None
