import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.iot_hub_errors import HubError, read_hub_error
from shared.domain.errors import (
    AnswerLost,
    ImporterError,
    StorageNotReady,
    TargetBusy,
    TargetRefused,
    TargetThrottled,
    TargetUnreachable,
)
from shared.domain.hub_error_table import ERRORS
from shared.domain.known_error import KnownError, Reaction


QUOTA = {
    "Message": "ErrorCode:JobQuotaExceeded;Error: 403 ErrorCode: JobQuotaExceeded\n"
    "Message: Job quota has been exceeded\nTimestamp: 08/15/2026 09:38:50\nTracking ID: ",
    "ExceptionMessage": "",
}
NUMBERED = {"errorCode": 403002, "message": "Total number of devices", "trackingId": "x"}
UNAUTHORIZED = (
    "ErrorCode:BlobContainerValidationError;Error: 400 ErrorCode: BlobContainerValidationError\r\n"
    "Message: Unauthorized to write to output blob container.\r\nTimestamp: x\r\nPublic Message: y"
)


@pytest.mark.parametrize(
    ("status", "body", "name", "reaction"),
    [
        pytest.param(403, QUOTA, "JobQuotaExceeded", TargetBusy, id="slot taken, verbatim"),
        pytest.param(403, NUMBERED, "IotHubQuotaExceeded", TargetRefused, id="hub full"),
        pytest.param(
            403, {"Message": json.dumps(NUMBERED)}, "IotHubQuotaExceeded", TargetRefused,
            id="an envelope in an envelope",
        ),
        pytest.param(
            403, {"Message": "ErrorCode:IotHubSuspended;no"}, "IotHubSuspended", TargetRefused,
            id="suspended",
        ),
        pytest.param(
            400, {"Message": UNAUTHORIZED}, "BlobContainerValidationError", TargetRefused,
            id="no right to write",
        ),
        pytest.param(
            429, {"Message": "ErrorCode:ThrottlingBacklogTimeout;Wait 10 seconds"},
            "ThrottlingBacklogTimeout", TargetThrottled, id="throttled",
        ),
        pytest.param(
            401, {"Message": "ErrorCode:IotHubUnauthorizedAccess;Unauthorized"},
            "IotHubUnauthorizedAccess", TargetRefused, id="wrong key",
        ),
        pytest.param(404, {}, "http_404", TargetUnreachable, id="no such hub"),
        pytest.param(
            500, {"Message": "ErrorCode:ServerError;x"}, "ServerError", AnswerLost, id="500",
        ),
        pytest.param(503, "<html>busy</html>", "http_503", AnswerLost, id="a front end's page"),
        pytest.param(504, "", "http_504", AnswerLost, id="nothing at all"),
    ],
)  # fmt: skip
def test_an_error_is_told_by_its_name(
    status: int, body: object, name: str, reaction: type[ImporterError]
):
    """403 means three things, so the name decides; the status only where there is none."""
    text = body if isinstance(body, str) else json.dumps(body)
    error = read_hub_error(status, {}, text)
    assert error.name == name
    assert type(error.as_reaction()) is reaction


def test_the_header_is_believed_first():
    """The C# SDK looks there too."""
    error = read_hub_error(403, {"iothub-errorcode": "JobQuotaExceeded"}, "{}")
    assert isinstance(error.as_reaction(), TargetBusy)


def test_the_sentence_for_people_is_found():
    """What a person reads is the hub's message, without code and time stamps."""
    error = read_hub_error(400, {}, json.dumps({"Message": UNAUTHORIZED}))
    assert error.message == "Unauthorized to write to output blob container."


def test_a_sas_in_an_error_is_not_passed_on():
    """The hub repeats addresses; their signatures stay here."""
    body = json.dumps({"Message": "ErrorCode:ArgumentInvalid;https://a/c?sv=1&sig=abc%3D is bad"})
    assert "abc%3D" not in str(read_hub_error(400, {}, body).as_reaction())


@given(st.integers(400, 599), st.text())
def test_no_body_breaks_the_reader(status: int, body: str):
    """Whatever a front end sends, there is a reaction."""
    assert isinstance(read_hub_error(status, {}, body).as_reaction(), ImporterError)


@given(st.integers(400, 599), st.recursive(st.none() | st.text() | st.integers(), st.lists))
def test_no_json_breaks_the_reader(status: int, value: object):
    """Members of any type are read."""
    for envelope in (value, {"Message": value}, {"message": value, "errorCode": value}):
        read_hub_error(status, {}, json.dumps(envelope)).as_reaction()


RAISED = {
    Reaction.REFUSED: TargetRefused,
    Reaction.CREDENTIALS: TargetRefused,
    Reaction.STORAGE_NOT_READY: TargetRefused,
    Reaction.BUSY: TargetBusy,
    Reaction.THROTTLED: TargetThrottled,
    Reaction.UNAVAILABLE: TargetUnreachable,
    Reaction.UNKNOWN_OUTCOME: AnswerLost,
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=lambda error: error.name)
def test_every_error_is_raised_as_what_it_asks_for(error: KnownError):
    """All of the table; what is refused keeps the hub's name of it as its code."""
    raised = HubError((error.number or 403000) // 1000, error.name, "words").as_reaction()
    assert type(raised) is RAISED[error.reaction]
    assert str(raised) == f"{error.name}: words"
    assert not isinstance(raised, TargetRefused) or raised.code == error.name


@pytest.mark.parametrize("name", ["BlobContainerValidationError", "IH400007"])
def test_a_container_is_waited_for_if_the_hub_uses_its_identity(name: str):
    """What it turns into names the role, who needs it and where; a key would be refused now."""
    error = HubError(400, name, "Unauthorized to write to output blob container.")
    assert isinstance(error.as_reaction(), TargetRefused)
    waiting = error.as_reaction("exchange1")
    assert isinstance(waiting, StorageNotReady)
    assert waiting.refused.code == name
    assert waiting.refused.message == (
        "the hub's identity needs the role Storage Blob Data Contributor on storage account "
        "exchange1: Unauthorized to write to output blob container."
    )


@given(st.sampled_from(sorted(ERRORS)), st.text(min_size=1))
def test_an_identity_changes_nothing_else(name: str, account: str):
    """Only what storage refuses is waited for."""
    error = HubError(400, name, "words")
    if error.reaction is not Reaction.STORAGE_NOT_READY:
        assert type(error.as_reaction(account)) is type(error.as_reaction())


def test_a_redirect_is_refused_and_an_unpromised_success_is_unclear():
    """A redirect was not followed, so nothing was done; 202 may be a job."""
    assert isinstance(read_hub_error(307, {}, "").as_reaction(), TargetRefused)
    assert isinstance(read_hub_error(202, {}, "").as_reaction(), AnswerLost)


@given(st.integers(200, 599), st.text(), st.text())
def test_a_message_is_one_line(status: int, header: str, body: str):
    """Nothing that a service says can start a line of its own in a log."""
    envelope = json.dumps({"Message": f"ErrorCode:ArgumentInvalid;{body}"})
    raised = read_hub_error(status, {"iothub-errorcode": header}, envelope).as_reaction()
    assert len(str(raised).splitlines()) == 1
