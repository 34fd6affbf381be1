"""The calls to an IoT hub's data plane, on azure-core's pipeline.

The azure-iot-hub SDK is not used: it cannot be imported after a clean install, and it repeats
POSTs. Source of the calls: service swagger 2021-04-12.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import (
    BearerTokenCredentialPolicy,
    HTTPPolicy,
    RequestIdPolicy,
    RetryPolicy,
    SansIOHTTPPolicy,
    UserAgentPolicy,
)
from azure.core.rest import HttpRequest, HttpResponse

from shared.adapters.iot_hub_errors import HubError, read_hub_error
from shared.adapters.lost_calls import described, never_left
from shared.domain.errors import AnswerLost, TargetUnreachable, Unavailable
from shared.domain.known_error import Reaction


API_VERSION: Final = "2021-04-12"
#: Source: `CommonConstants.IotHubAadTokenScopes` of the C# SDK.
TOKEN_SCOPE: Final = "https://iothubs.azure.net/.default"  # noqa: S105 - a scope is no secret
_SAS_SECONDS: Final = 3600


def shared_access_signature(host: str, policy: str, key: str, expiry: int) -> str:
    """Return the token for a hub; valid until `expiry`, in seconds since 1970.

    Source: iot-hub-dev-guide-sas; the PyPI and npm SDKs make the same.
    """
    resource = quote_plus(host)
    digest = hmac.digest(base64.b64decode(key), f"{resource}\n{expiry}".encode(), hashlib.sha256)
    fields = {"sig": base64.b64encode(digest), "se": expiry, "skn": policy}
    return f"SharedAccessSignature sr={resource}&{urlencode(fields)}"


type Signing = SansIOHTTPPolicy[Any, Any] | HTTPPolicy[Any, Any]


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


def bearer_token(credential: TokenCredential) -> Signing:
    """Return the policy that signs with an identity."""
    return IdentityPolicy(credential, TOKEN_SCOPE)


class IotHubClient:
    """Speaks to one hub. Redirects are not followed, so a token goes nowhere else.

    Args:
        host: Host name, with a port only for a local hub.
        authentication: What signs the requests.
        timeout: Seconds that connecting may take, and reading an answer.
        ca_file: Certificate authorities to trust; those of the machine if there is none.
        identity_account: The storage account that the hub uses with an identity of its own; None
            if jobs bring a key.
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
        self._identity_account = identity_account
        policies = [
            RequestIdPolicy(),
            UserAgentPolicy("device-identity-import"),
            RetryPolicy(retry_total=3, retry_backoff_factor=0.5, retry_backoff_max=5),
            authentication,
        ]
        self._client: PipelineClient[Any, HttpResponse] = PipelineClient(
            f"https://{host}",
            policies=policies,
            connection_timeout=timeout,
            read_timeout=timeout,
            connection_verify=ca_file or True,
        )

    def jobs(self) -> list[Mapping[str, Any]]:
        """Return all jobs that the hub shows, `GET /jobs`.

        Raises:
            Unavailable: The hub did not answer, or not with jobs.
            NotStarted: It refused, with the reaction by class.
        """
        try:
            return [dict(job) for job in self._get("/jobs").json()]
        except (AzureError, AnswerLost, ValueError, TypeError) as why:
            raise Unavailable(described(self.host, why)) from why

    def create_job(self, properties: Mapping[str, Any]) -> str:
        """Create a job with exactly one `POST /jobs/create`; return the hub's id of it.

        Raises:
            NotStarted: There surely is no job.
            AnswerLost: There may be one.
        """
        request = HttpRequest("POST", self._path("/jobs/create"), json=dict(properties))
        try:
            # azure-core repeats POST on 5xx whatever methods are allowed; only a total of 0 helps.
            answer = self._client.send_request(request, retry_total=0)
            return str(self._good(answer).json()["jobId"])
        except ClientAuthenticationError as why:
            raise TargetUnreachable(
                described(self.host, why)
            ) from why  # no token, so nothing was sent
        except ServiceRequestError as why:
            raise (TargetUnreachable if never_left(why) else AnswerLost)(self.host) from why
        except (AzureError, ValueError, KeyError, TypeError) as why:
            raise AnswerLost(described(self.host, why)) from why

    def _path(self, path: str) -> str:
        return self._client.format_url(f"{path}?api-version={API_VERSION}")

    def _get(self, path: str) -> HttpResponse:
        """Send a GET; if the token is not taken, once more with one that is made anew."""
        answer = self._client.send_request(HttpRequest("GET", self._path(path)))
        if _is_bad(answer) and _hub_error(answer).reaction is Reaction.CREDENTIALS:
            answer = self._client.send_request(HttpRequest("GET", self._path(path)))
        return self._good(answer)

    def _good(self, answer: HttpResponse) -> HttpResponse:
        if _is_bad(answer):
            raise _hub_error(answer).as_reaction(self._identity_account)
        return answer


def _is_bad(answer: HttpResponse) -> bool:
    return answer.status_code != 200  # noqa: PLR2004 - both calls have this one success


def _hub_error(answer: HttpResponse) -> HubError:
    # Not `answer.text()`: it fails on bytes that are not in the encoding they are said to be in.
    body = answer.content.decode("utf-8-sig", "replace")
    return read_hub_error(answer.status_code, answer.headers, body)
