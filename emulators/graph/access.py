"""Who may call: bearer tokens for Graph, and the permissions that they carry."""

import time
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from emulators.graph.errors import GraphError, IntuneError
from emulators.iot_hub.access import claims_of


#: The audience of tokens for the scope https://graph.microsoft.com/.default, and Graph's app id,
#: which is the audience of others.
AUDIENCES: Final = frozenset(
    {"https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"}
)
#: Header of a 401 (Graph's page on continuous access evaluation).
CHALLENGE: Final = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"'
    ', client_id="00000003-0000-0000-c000-000000000000"'
)

WRITE: Final = frozenset({"DeviceManagementServiceConfig.ReadWrite.All"})
READ: Final = WRITE | {"DeviceManagementServiceConfig.Read.All"}


class Flaw(StrEnum):
    """What is wrong with a token, in Graph's words of several years."""

    EMPTY = "Access token is empty."
    MALFORMED = "CompactToken parsing failed with error code: 80049217"
    EXPIRED = "Lifetime validation failed, the token is expired."
    FOR_ANOTHER = "Access token validation failure. Invalid audience."


def authorize(header: str, sufficient: frozenset[str]) -> None:
    """Let the request pass, or not.

    Args:
        header: The Authorization header, empty when there was none.
        sufficient: The permissions any one of which is enough.

    Raises:
        GraphError: 401 for a token that is none, too old or for another service; 403 for one
            without the permission.
    """
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _unauthenticated(Flaw.EMPTY)
    claims = claims_of(token)
    if flaw := _flaw(claims):
        raise _unauthenticated(flaw)
    if sufficient.isdisjoint(_permissions(claims)):
        raise _forbidden(sufficient)


def _flaw(claims: Mapping[str, Any]) -> Flaw | None:
    if not claims:
        return Flaw.MALFORMED
    expiry = claims.get("exp")
    if not isinstance(expiry, int | float) or expiry <= time.time():
        return Flaw.EXPIRED
    return None if str(claims.get("aud")).rstrip("/") in AUDIENCES else Flaw.FOR_ANOTHER


def _permissions(claims: Mapping[str, Any]) -> list[str]:
    """Return the application's permissions and those that a user delegated to it."""
    roles = claims.get("roles")
    return [*(roles if isinstance(roles, list) else []), *str(claims.get("scp", "")).split()]


def _unauthenticated(flaw: Flaw) -> GraphError:
    headers = {"www-authenticate": CHALLENGE}
    return GraphError(401, "InvalidAuthenticationToken", flaw, headers)


def _forbidden(sufficient: frozenset[str]) -> IntuneError:
    text = (
        "Application is not authorized to perform this operation. "
        f"Application must have one of the following scopes: {', '.join(sorted(sufficient))}"
    )
    return IntuneError(403, "Forbidden", text)
