"""A REST client for tests: signs like any SDK, and hides nothing of the answer."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote_plus

import requests

from emulators.iot_hub.server import RunningHub


AUDIENCE = "https://iothubs.azure.net"
API_VERSION = "2021-04-12"


def bearer_token(audience: str = AUDIENCE, **claims: Any) -> str:
    """Return the header of a token that no issuer signed: for IoT Hub, good for ten minutes."""
    body = {"aud": audience, "exp": time.time() + 600} | claims
    parts = (b'{"alg":"none"}', json.dumps(body).encode(), b"never checked")
    return "Bearer " + ".".join(
        base64.urlsafe_b64encode(part).decode().strip("=") for part in parts
    )


def signature(resource: str, key: str, policy: str, expiry: float) -> str:
    """Sign a resource text, as it is, the way Microsoft's page on SAS tokens says."""
    text = f"{resource}\n{int(expiry)}".encode()
    digest = hmac.new(base64.b64decode(key), text, hashlib.sha256).digest()
    sig = quote_plus(base64.b64encode(digest))
    return f"SharedAccessSignature sr={resource}&sig={sig}&se={int(expiry)}&skn={policy}"


@dataclass
class HubClient:
    """Calls a hub with the rights of a policy, or with a header of the test's own."""

    running: RunningHub
    policy: str = "iothubowner"
    authorization: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def __call__(
        self, verb: str, path: str, body: Any = None, timeout: float = 30, **headers: str
    ) -> requests.Response:
        """Call; underscores in header names become hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if "api-version" not in path:
            path += f"{'&' if '?' in path else '?'}api-version={API_VERSION}"
        return self.session.request(
            verb,
            self.running.base_url + path,
            json=body,
            headers={"Authorization": self.authorization or self.signed(), **named},
            verify=str(self.running.ca_file),
            timeout=timeout,
        )

    def signed(self) -> str:
        """Return the header of a fresh signature."""
        key = self.running.hub.policies[self.policy].key
        return signature(quote_plus(self.running.host), key, self.policy, time.time() + 600)
