"""The calls to an IoT hub's data plane, signed with a key of the hub or with an identity.

The azure-iot-hub SDK is not used: it cannot be imported after a clean install, and it repeats
POSTs. Source of the calls: service swagger 2021-04-12.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, quote_plus, urlencode

from azure.core.credentials import TokenCredential
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, SansIOHTTPPolicy

from shared.adapters.rest import RestClient, Service, Signing
from shared.domain.errors import AnswerLost, TargetRefused, Unavailable


API_VERSION: Final = "2021-04-12"
#: Source: `CommonConstants.IotHubAadTokenScopes` of the C# SDK.
TOKEN_SCOPE: Final = "https://iothubs.azure.net/.default"  # noqa: S105 - a scope is no secret
#: Source: control access to IoT Hub by Entra ID, and by shared access signatures.
RIGHTS: Final = (
    "the app needs the role IoT Hub Data Contributor on the hub, or the key of a policy with "
    "registry read and registry write"
)
#: What the hub says of a job that it never knew, or does not know any more.
NOT_FOUND: Final = "JobNotFound"
_SAS_SECONDS: Final = 3600


def shared_access_signature(host: str, policy: str, key: str, expiry: int) -> str:
    """Return the token for a hub; valid until `expiry`, in seconds since 1970.

    Source: iot-hub-dev-guide-sas; the PyPI and npm SDKs make the same.
    """
    resource = quote_plus(host)
    digest = hmac.digest(base64.b64decode(key), f"{resource}\n{expiry}".encode(), hashlib.sha256)
    fields = {"sig": base64.b64encode(digest), "se": expiry, "skn": policy}
    return f"SharedAccessSignature sr={resource}&{urlencode(fields)}"


class SharedAccessPolicy(SansIOHTTPPolicy[Any, Any]):
    """Signs each request with the key of one of the hub's shared access policies."""

    def __init__(self, host: str, policy: str, key: str) -> None:
        self._signing = (host, policy, key)

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Add the token, made anew each time."""
        expiry = int(time.time()) + _SAS_SECONDS
        token = shared_access_signature(*self._signing, expiry)
        request.http_request.headers["Authorization"] = token


class IdentityPolicy(BearerTokenCredentialPolicy[Any, Any]):
    """Signs each request with a token of an identity, which it forgets when it is refused."""

    def on_challenge(self, request: PipelineRequest[Any], response: Any) -> bool:  # noqa: ARG002
        """Answer no challenge: azure-core would send the request again, a POST too."""
        return False


def bearer_token(credential: TokenCredential, scope: str = TOKEN_SCOPE) -> Signing:
    """Return the policy that signs with an identity."""
    return IdentityPolicy(credential, scope)


class IotHubClient:
    """Speaks to one hub; see `RestClient` for what it raises.

    Args:
        host: Host name, with a port only for a local hub.
        authentication: What signs the requests.
        timeout: Seconds that connecting may take, and reading an answer.
        ca_file: Certificate authorities to trust; those of the machine if there is none.
        identity_account: See `Service`.
    """

    def __init__(
        self,
        host: str,
        authentication: Signing,
        timeout: float,
        ca_file: str | None = None,
        identity_account: str | None = None,
    ) -> None:
        self.host = host
        service = Service(host, API_VERSION, RIGHTS, identity_account)
        #: For calls whose answers mean more than success or failure.
        self.rest = RestClient(service, authentication, timeout, ca_file)

    def jobs(self) -> list[Mapping[str, Any]]:
        """Return all jobs that the hub shows."""
        return self.rest.get("/jobs", lambda answer: [dict(job) for job in answer.json()])

    def job(self, job_id: str) -> Mapping[str, Any] | None:
        """Return a job, or None if the hub does not know it any more."""
        try:
            return self.rest.get(_job_path(job_id), lambda answer: dict(answer.json()))
        except TargetRefused as refused:
            if refused.code != NOT_FOUND:
                raise
            return None

    def create_job(self, properties: Mapping[str, Any]) -> str:
        """Create a job with exactly one `POST /jobs/create`; return the hub's id of it."""
        return self.rest.post_once(
            "/jobs/create", properties, lambda answer: str(answer.json()["jobId"])
        )

    def cancel_job(self, job_id: str) -> bool:
        """Cancel a job; return whether the hub heard it. Of an old job it says 500, or 404."""
        try:
            self.rest.delete_once(_job_path(job_id))
        except (AnswerLost, Unavailable):
            return False
        except TargetRefused as refused:
            if refused.code != NOT_FOUND:
                raise
            return False
        return True

    def count_devices(self) -> int:
        """Return how many devices the hub has; the count lags behind."""
        return self.rest.get(
            "/statistics/devices", lambda answer: int(answer.json()["totalDeviceCount"])
        )


def _job_path(job_id: str) -> str:
    return f"/jobs/{quote(job_id, safe='')}"
