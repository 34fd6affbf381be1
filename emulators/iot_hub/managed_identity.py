"""The managed identities of a hub, and how they prove themselves to storage.

There is no Microsoft Entra here. Azurite looks at the claims of a token and not at its signature,
and takes tokens over HTTPS only; over plain HTTP the hub uses the key that every Azurite knows.
"""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from azure.core.credentials import AccessToken, AzureNamedKeyCredential, TokenCredential

from emulators.azurite.server import ACCOUNT_KEY, ACCOUNT_NAME
from emulators.iot_hub.errors import ErrorCode, HubError


AUDIENCE: Final = "https://storage.azure.com"
LIFETIME: Final = 3600
NOBODY: Final = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class ManagedIdentities:
    """The identities that a hub was given."""

    system_assigned: bool = False
    #: Resource ids; their case does not count.
    user_assigned: frozenset[str] = frozenset()

    def check(self, asked: str | None) -> None:
        """Refuse to act as an identity that the hub does not have.

        Args:
            asked: A user-assigned identity, or None for the hub's own.

        Raises:
            HubError: 400032.
        """
        if asked is None and not self.system_assigned:
            text = "The hub has no system-assigned managed identity"
            raise HubError(ErrorCode.ManagedIdentityNotEnabled, text)
        if asked is not None and asked.lower() not in map(str.lower, self.user_assigned):
            text = f"The hub has no user-assigned managed identity {asked}"
            raise HubError(ErrorCode.ManagedIdentityNotEnabled, text)


class UnsignedToken:
    """A credential whose token is for storage and was signed by nobody."""

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        """Return a token that is good for an hour."""
        now = int(time.time())
        claims = {
            "aud": AUDIENCE,
            "iss": f"https://sts.windows.net/{NOBODY}/",
            "tid": NOBODY,
            "nbf": now - 60,
            "iat": now - 60,
            "exp": now + LIFETIME,
        }
        parts = ({"alg": "RS256", "typ": "JWT"}, claims)
        words = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
        token = ".".join([*(word.rstrip("=") for word in words), "unsigned"])
        return AccessToken(token, now + LIFETIME)


#: What an identity shows, by the scheme of the container's URI.
CREDENTIALS: Final[Mapping[str, TokenCredential | AzureNamedKeyCredential]] = MappingProxyType(
    {"https": UnsignedToken(), "http": AzureNamedKeyCredential(ACCOUNT_NAME, ACCOUNT_KEY)}
)
