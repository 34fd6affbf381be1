from typing import Any

import pytest

from shared.domain.corporate_identifier import DESCRIPTION, IDENTIFIER, MODEL, SERIAL, TYPE
from shared.domain.existing_identities import MISSING, is_done, known, verdict_on


def an_item(identifier: str = "SN1", kind: str = SERIAL, details: str = "") -> dict[str, Any]:
    return {IDENTIFIER: identifier, TYPE: kind} | ({DESCRIPTION: details} if details else {})


def test_status_is_no_verdict():
    """An identity that exists was taken, whatever the import said of it."""
    found = known([an_item() | {"status": False, "enrollmentState": "notContacted"}])
    assert verdict_on(an_item(), found, overwrite=False) is None


def test_what_is_not_there_was_not_imported():
    """Of another type is another identity."""
    found = known([an_item("359123456789012", SERIAL)])
    assert verdict_on(an_item("359123456789012", "imei"), found, overwrite=False) is MISSING


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Contoso Ltd.,Model X-1,sn 42", "CONTOSOLTD,MODELX1,SN42"),
        ("Contoso Ltd.,Model X-1,sn 42", "Contoso Ltd.,Model X-1,sn 42"),
    ],
)
def test_models_are_found_however_intune_spells_them(sent: str, shown: str):
    """It keeps letters and digits, in upper case; or what it was sent."""
    assert (
        verdict_on(an_item(sent, MODEL), known([an_item(shown, MODEL)]), overwrite=False) is None
    )


@pytest.mark.parametrize(
    ("overwrite", "code", "done"), [(False, "AlreadyExists", True), (True, "OtherDetails", False)]
)
def test_other_details_are_noted(overwrite: bool, code: str, done: bool):  # noqa: FBT001 - a case
    """The identifier is there, so the line is applied; with overwrite there was more to do."""
    item, found = an_item(details="new"), known([an_item(details="old")])
    verdict = verdict_on(item, found, overwrite=overwrite)
    assert verdict
    assert (verdict.code, verdict.applied) == (code, True)
    assert is_done(item, found, overwrite=overwrite) is done


def test_a_line_without_details_asks_for_none():
    """Whatever Intune shows is fine."""
    found = known([an_item(details="old") | {"platform": "unknown"}])
    assert verdict_on(an_item(), found, overwrite=True) is None
