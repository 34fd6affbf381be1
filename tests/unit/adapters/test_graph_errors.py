import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.graph_errors import reaction_to
from shared.domain.errors import (
    AnswerLost,
    CallRefused,
    ImporterError,
    TargetRefused,
    TargetThrottled,
)


def a_body(code: str, message: str) -> str:
    return json.dumps({"error": {"code": code, "message": message, "innerError": {}}})


@pytest.mark.parametrize(
    ("status", "reaction"),
    [
        (400, CallRefused),
        (413, CallRefused),
        (401, TargetRefused),
        (403, TargetRefused),
        (404, TargetRefused),
        (429, TargetThrottled),
        (408, AnswerLost),
        (500, AnswerLost),
        (502, AnswerLost),
        (503, AnswerLost),
        (504, AnswerLost),
    ],
)
def test_the_status_says_what_to_do(status: int, reaction: type[ImporterError]):
    """Whatever the body is."""
    for body in (a_body("Code", "text"), "", "<html>Bad Gateway</html>", "[1]", '{"error": 1}'):
        assert type(reaction_to(status, {}, body)) is reaction


def test_what_intune_says_inside_the_message_is_found():
    """Without the ids behind it, which tell people nothing (WindowsAutopilotInfo#21)."""
    inner = {"_version": 3, "Message": "Invalid identifier! - Operation ID (for support): 0 - x"}
    refused = reaction_to(400, {}, a_body("BadRequest", json.dumps(inner)))
    assert str(refused) == "BadRequest: Invalid identifier!"


@pytest.mark.parametrize(
    ("header", "wait"),
    [("120", timedelta(minutes=2)), ("", None), ("soon", None), ("-1", None), ("9" * 30, None)],
)
def test_a_throttled_call_may_say_for_how_long(header: str, wait: timedelta | None):
    """Intune was seen to say nothing of it (IntuneCD#217)."""
    busy = reaction_to(429, {"retry-after": header}, a_body("TooManyRequests", "Slow down"))
    assert isinstance(busy, TargetThrottled)
    assert busy.wait == wait


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists) | st.just({"error": []}))
def test_any_body_can_be_read(body: Any):
    """Nobody promises its shape."""
    assert str(reaction_to(400, {}, json.dumps(body)))


def test_no_token_gets_into_the_message():
    """Graph does not repeat it; a proxy may."""
    token = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.c2ln"
    refused = reaction_to(401, {}, a_body("InvalidAuthenticationToken", f"Bearer {token}"))
    assert token not in str(refused)
