"""Bodies that do not fit the service's model: refused before anything is imported."""

import pytest

from tests.emulators.graph.client import GraphClient, serial


IMPORT = "importDeviceIdentityList"
API = "microsoft.management.services.api"


MISFITS = [
    ("platform", "linux", "linux", f"{API}.platform"),
    ("platform", None, "null", f"{API}.platform"),
    ("importedDeviceIdentityType", "meid", "meid", f"{API}.importedDeviceIdentityType"),
    ("enrollmentState", "done", "done", f"{API}.enrollmentState"),
    ("importedDeviceIdentifier", 12, "12", "Edm.String"),
    ("description", {"a": 1}, '{"a": 1}', "Edm.String"),
    ("createdDateTime", "yesterday", "yesterday", "Edm.DateTimeOffset"),
]


@pytest.mark.parametrize(("name", "value", "literal", "expected"), MISFITS)
def test_a_value_that_does_not_fit_is_named(call: GraphClient, name, value, literal, expected):
    """Unlike a bad identifier."""
    answer = call.bring(serial("B"), serial("A") | {name: value})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "ModelValidationFailure"
    text = f"Cannot convert the literal '{literal}' to the expected type '{expected}'."
    assert error["message"] == error["innerError"]["message"] == text
    assert call.identifiers() == []


def test_a_property_that_the_type_does_not_have_is_named(call: GraphClient):
    """So a misspelled one does not get lost."""
    answer = call.bring(serial("A", serial="B"))
    assert answer.json()["error"]["message"] == (
        f"The property 'serial' does not exist on type '{API}.importedDeviceIdentity'. "
        "Make sure to only use property names that are defined by the type."
    )


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (
            {"importedDeviceIdentities": [], "overwriteImportedDeviceIdentities": "true"},
            "ModelValidationFailure",
            "Cannot convert the literal 'true' to the expected type 'Edm.Boolean'.",
        ),
        (
            {"importedDeviceIdentities": [], "overwrite": True},
            "ModelValidationFailure",
            "The parameter 'overwrite' in the request payload is not a valid parameter",
        ),
        ({}, "BadRequest", "Invalid ODataActionParameter 'importedDeviceIdentities'"),
        (
            {"importedDeviceIdentities": None},
            "BadRequest",
            "Invalid ODataActionParameter 'importedDeviceIdentities'",
        ),
        ([], "BadRequest", "Unable to read JSON request payload."),
        (b"{", "BadRequest", "Unable to read JSON request payload."),
        (b"", "BadRequest", "Unable to read JSON request payload."),
    ],
    ids=str,
)
def test_parameters_that_do_not_fit_the_action_are_refused(call: GraphClient, body, code, message):
    """Each in the words of whoever reads it: Graph, OData or Intune."""
    answer = call("POST", IMPORT, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code
    assert message in answer.json()["error"]["message"]


def test_a_search_overwrites_nothing(call: GraphClient):
    """So it does not know the word."""
    body = {"importedDeviceIdentities": [], "overwriteImportedDeviceIdentities": True}
    assert call("POST", "searchExistingIdentities", body).status_code == 400


def test_annotations_are_no_properties(call: GraphClient):
    """Clients may say of which type a value is."""
    note = {"platform@odata.type": "#microsoft.graph.platform"}
    body = {"@odata.type": "#Collection(x)", "importedDeviceIdentities": [serial("A") | note]}
    assert call("POST", IMPORT, body).status_code == 200
