"""A plain client of Resource Manager for tests: it hides nothing of the answer."""

from dataclasses import dataclass, field
from typing import Any, Self

import requests

from emulators.iot_hub.arm.server import RunningManagement
from tests.emulators.iot_hub.client import bearer_token


AUDIENCE = "https://management.azure.com"
API_VERSION = "2023-06-30"


@dataclass
class ArmClient:
    """Calls Resource Manager with a token, and with an API version that a test may choose."""

    running: RunningManagement
    api_version: str = API_VERSION
    authorization: str = field(default_factory=lambda: bearer_token(AUDIENCE))
    session: requests.Session = field(default_factory=requests.Session)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def __call__(
        self, verb: str, path: str, body: Any = None, hub: str = "east", timeout: float = 30
    ) -> requests.Response:
        """Call an operation of a hub; a path is below the hub's, `""` is the hub itself."""
        resource = self.running.management.resource_id(self.running.hubs["east"])
        return self.url(verb, f"{resource.removesuffix('east')}{hub}{path}", body, timeout)

    def url(self, verb: str, url: str, body: Any = None, timeout: float = 30) -> requests.Response:
        """Call any path, with the API version; or the whole URL of an answer, as it is."""
        if not url.startswith("https://"):
            url = f"{self.running.base_url}{url}?api-version={self.api_version}"
        headers = {"Authorization": self.authorization} if self.authorization else {}
        return self.session.request(
            verb,
            url,
            json=body,
            headers=headers,
            verify=str(self.running.ca_file),
            timeout=timeout,
        )

    def order(self, path: str, body: Any = None, verb: str = "POST") -> requests.Response:
        """Call one of the emulator's own operations."""
        return self.url(verb, f"{self.running.base_url}/_emulator{path}", body)
