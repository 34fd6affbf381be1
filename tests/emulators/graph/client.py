"""A REST client for tests: comes with a token, and hides nothing of the answer."""

from dataclasses import dataclass, field
from typing import Any, Self

import requests

from emulators.graph.server import RunningGraph
from tests.emulators.iot_hub.client import bearer_token


AUDIENCE = "https://graph.microsoft.com"
READ = "DeviceManagementServiceConfig.Read.All"
READ_WRITE = "DeviceManagementServiceConfig.ReadWrite.All"
COLLECTION = "/beta/deviceManagement/importedDeviceIdentities"


def token(*permissions: str, **claims: Any) -> str:
    """Return the header of an application's token for Graph."""
    return bearer_token(AUDIENCE, **({"roles": list(permissions)} | claims))


def serial(identifier: str, **more: Any) -> dict[str, Any]:
    """Return an item of a request."""
    return {
        "importedDeviceIdentifier": identifier,
        "importedDeviceIdentityType": "serialNumber",
        **more,
    }


@dataclass
class GraphClient:
    """Calls Graph with a token that may do everything, or with a header of the test's own."""

    running: RunningGraph
    authorization: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def __call__(
        self, verb: str, path: str, body: Any = None, timeout: float = 30, **headers: str
    ) -> requests.Response:
        """Call; a path without a slash goes on from the collection's.

        Underscores in the names of headers become hyphens.
        """
        if not path.startswith("/"):
            path = COLLECTION + ("" if path[:1] in {"", "?"} else "/") + path
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.request(
            verb,
            self.running.base_url + path,
            **({"data": body} if isinstance(body, bytes) else {"json": body}),
            headers={"Authorization": self.authorization or token(READ_WRITE), **named},
            verify=str(self.running.ca_file),
            timeout=timeout,
        )

    def bring(self, *items: Any, overwrite: bool = False) -> requests.Response:
        """Import identities."""
        body = {
            "importedDeviceIdentities": list(items),
            "overwriteImportedDeviceIdentities": overwrite,
        }
        return self("POST", "importDeviceIdentityList", body)

    def search(self, *items: Any) -> requests.Response:
        """Search for identities."""
        body = {"importedDeviceIdentities": list(items)}
        return self("POST", "searchExistingIdentities", body)

    def enroll(self, item: Any, **more: Any) -> None:
        """Mark a device as enrolled."""
        answer = self("POST", "/_emulator/enrollments", {**item, **more})
        assert answer.status_code == 204, answer.text

    def identifiers(self, query: str = "") -> list[str]:
        """List the identifiers on one page."""
        answer = self("GET", query)
        assert answer.ok, answer.text
        return [item["importedDeviceIdentifier"] for item in answer.json()["value"]]
