"""Who may manage: Entra ID tokens for Resource Manager, by shape.

Words of the refusals as users have seen them; none of them shows a token.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from emulators.iot_hub.access import claims_of
from emulators.iot_hub.arm.errors import ArmError


#: In the words of the refusal (hashicorp/go-azure-helpers#51).
AUDIENCES: Final = (
    "https://management.core.windows.net/",
    "https://management.core.windows.net",
    "https://management.azure.com/",
    "https://management.azure.com",
)

_AUTHORITY: Final = "https://login.windows.net/00000000-0000-0000-0000-000000000000"
_CHALLENGE: Final = f'Bearer authorization_uri="{_AUTHORITY}", error="invalid_token"'
_MISSING: Final = "The authentication failed because of missing 'Authorization' header."
_INVALID: Final = ("InvalidAuthenticationToken", "The access token is invalid.")


def authenticate(header: str) -> None:
    """Let the request pass if its token is for Resource Manager and alive.

    Raises:
        ArmError: 401 with a challenge.
    """
    flaw = _flaw(header)
    if flaw:
        why = "" if header else f', error_description="{_MISSING}"'
        raise ArmError(401, *flaw, {"www-authenticate": _CHALLENGE + why})


def _flaw(header: str) -> tuple[str, str] | None:
    """Return code and message of what is wrong with an Authorization header."""
    if not header:
        text = "Authentication failed. The 'Authorization' header is missing."
        return "AuthenticationFailed", text
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        text = (
            "Authentication failed. The 'Authorization' header is provided in an invalid format."
        )
        return "AuthenticationFailedInvalidHeader", text
    return _flaw_of(claims_of(token))


def _flaw_of(claims: Mapping[str, Any]) -> tuple[str, str] | None:
    match claims:
        case {"aud": str(audience), "exp": int() | float() as expiry}:
            return _wrong_audience(audience) or _expired(expiry)
        case _:
            return _INVALID


def _wrong_audience(audience: str) -> tuple[str, str] | None:
    if audience in AUDIENCES:
        return None
    allowed = ",".join(f"'{each}'" for each in AUDIENCES)
    return "InvalidAuthenticationTokenAudience", (
        f"The access token has been obtained for wrong audience or resource '{audience}'. "
        f"It should exactly match with one of the allowed audiences {allowed}."
    )


def _expired(expiry: float) -> tuple[str, str] | None:
    now = time.time()
    if expiry > now:
        return None
    return "ExpiredAuthenticationToken", (
        f"The access token expiry UTC time '{_american(max(expiry, 0))}' is earlier than "
        f"current UTC time '{_american(now)}'."
    )


def _american(seconds: float) -> str:
    """Write a moment as .NET does for the United States: `5/13/2024 6:05:58 PM`."""
    moment = datetime.fromtimestamp(seconds, UTC)
    hour = moment.hour % 12 or 12
    return f"{moment.month}/{moment.day}/{moment.year} {hour}:{moment:%M:%S %p}"
