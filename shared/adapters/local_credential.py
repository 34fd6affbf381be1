"""An identity for stand-ins on this machine: tokens of the right shape that nobody signed.

No service takes them, and settings let them go to this machine only.
"""

import base64
import json
import time
from typing import Any, Final

from azure.core.credentials import AccessToken


_SECONDS: Final = 3600
#: What an application needs of Graph for corporate identifiers; other services look at no role.
_ROLES: Final = ("DeviceManagementServiceConfig.ReadWrite.All",)
_TENANT: Final = "00000000-0000-0000-0000-000000000000"


class LocalCredential:
    """The `TokenCredential` protocol of azure-core."""

    def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        """Return a token for the service that the scope names; it is good for an hour."""
        now = int(time.time())
        claims = {
            "aud": scopes[0].removesuffix("/.default"),
            "iss": f"https://sts.windows.net/{_TENANT}/",
            "tid": _TENANT,
            "nbf": now,
            "iat": now,
            "exp": now + _SECONDS,
            "roles": _ROLES,
        }
        parts = map(_encoded, ({"alg": "none", "typ": "JWT"}, claims))
        return AccessToken(f"{'.'.join(parts)}.", now + _SECONDS)


def _encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
