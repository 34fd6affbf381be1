"""Reads the errors of Microsoft Graph, and says what each means for a call.

What Intune refuses comes as JSON inside the message of Graph's error. Sources: Graph's pages on
errors and throttling; WindowsAutopilotInfo#21, IntuneDocumentation#39 for Intune's messages;
IntuneCD#217 for a 429 without Retry-After.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from shared.domain.errors import (
    AnswerLost,
    CallRefused,
    ImporterError,
    TargetRefused,
    TargetThrottled,
)
from shared.domain.redaction import redacted


#: Statuses that are about what is in a call: another one may be taken.
_FOR_ITS_ITEMS: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)


def reaction_to(status: int, headers: Mapping[str, str], body: str) -> ImporterError:
    """Return the error to raise for an answer that is no success: its class is what to do."""
    code, message = _said(body)
    code = code or f"http_{status}"
    message = message or "Graph gave no reason"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return TargetThrottled(f"{code}: {message}", _wait(headers))
    if status in _FOR_ITS_ITEMS:
        return CallRefused(code, message)
    # A front end may answer so after Intune itself has done what was asked.
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return AnswerLost(f"{code}: {message}")
    return TargetRefused(code, message)


def _wait(headers: Mapping[str, str]) -> timedelta | None:
    """Return what Retry-After says; Graph gives seconds, if anything."""
    text = headers.get("retry-after") or ""
    return timedelta(seconds=int(text)) if text.isdecimal() and len(text) <= 5 else None  # noqa: PLR2004 - a day has so many digits


def _said(body: str) -> tuple[str, str]:
    error = _member(_json(body), "error")
    message = str(_member(error, "message") or "")
    inner = str(_member(_json(message), "Message") or message)
    text = inner.partition(" - Operation ID")[0]
    return redacted(str(_member(error, "code") or ""), 80), redacted(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
