"""The calls to an IoT hub's data plane, on azure-core's pipeline.

The azure-iot-hub SDK is not used: it cannot be imported after a clean install, and it repeats
POSTs. Source of the calls: service swagger 2021-04-12.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator, Mapping
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
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from shared.adapters.iot_hub_errors import read_hub_error
from shared.domain.errors import AnswerLost, TargetUnreachable, Unavailable


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


def bearer_token(credential: TokenCredential) -> Signing:
    """Return the policy that signs with an identity."""
    return BearerTokenCredentialPolicy(credential, TOKEN_SCOPE)


class IotHubClient:
    """Speaks to one hub. Redirects are not followed, so a token goes nowhere else.

    Args:
        host: Host name, with a port only for a local hub.
        authentication: What signs the requests.
        timeout: Seconds that connecting may take, and reading an answer.
        ca_file: Certificate authorities to trust; those of the machine if there is none.
    """

    def __init__(
        self,
        host: str,
        authentication: Signing,
        timeout: float,
        ca_file: str | None = None,
    ) -> None:
        self.host = host
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
            answer = self._send(HttpRequest("GET", self._path("/jobs")))
            jobs = answer.json()
            return [dict(job) for job in jobs]
        except (AzureError, AnswerLost, ValueError, TypeError) as why:
            raise Unavailable(self._what(why)) from why

    def create_job(self, properties: Mapping[str, Any]) -> str:
        """Create a job with exactly one `POST /jobs/create`; return the hub's id of it.

        Raises:
            NotStarted: There surely is no job.
            AnswerLost: There may be one.
        """
        request = HttpRequest("POST", self._path("/jobs/create"), json=dict(properties))
        try:
            # azure-core repeats POST on 5xx whatever methods are allowed; only a total of 0 helps.
            return str(self._send(request, retry_total=0).json()["jobId"])
        except ServiceRequestError as why:
            raise (TargetUnreachable if _never_left(why) else AnswerLost)(self.host) from why
        except (AzureError, ValueError, KeyError, TypeError) as why:
            raise AnswerLost(self._what(why)) from why

    def once(self, method: str, path: str, body: bytes | None = None) -> HttpResponse:
        """Send a request exactly once; return the answer, whatever it says.

        Args:
            method: The verb.
            path: Where to, quoted.
            body: JSON.

        Raises:
            TargetUnreachable: It surely was not sent.
            AnswerLost: It may have been.
        """
        headers = {"Content-Type": "application/json; charset=utf-8"} if body else {}
        request = HttpRequest(method, self._path(path), content=body, headers=headers)
        try:
            return self._client.send_request(request, retry_total=0)
        except ClientAuthenticationError as why:
            raise TargetUnreachable(self._what(why)) from why  # no token, so nothing was sent
        except ServiceRequestError as why:
            raise (TargetUnreachable if _never_left(why) else AnswerLost)(self.host) from why
        except AzureError as why:
            raise AnswerLost(self._what(why)) from why

    def _what(self, why: Exception) -> str:
        names = [type(error).__name__ for error in _causes(why)]
        return f"{self.host}: {' from '.join(names)}"

    def _path(self, path: str) -> str:
        return self._client.format_url(f"{path}?api-version={API_VERSION}")

    def _send(self, request: HttpRequest, **options: Any) -> HttpResponse:
        answer = self._client.send_request(request, **options)
        if answer.status_code != 200:  # noqa: PLR2004 - both calls have this one success
            raise read_hub_error(answer.status_code, answer.headers, answer.text()).as_reaction()
        return answer


def _never_left(error: BaseException) -> bool:
    """Tell whether there was no connection to send on; in doubt, there was."""
    unsent = (NewConnectionError, ConnectTimeoutError)
    return any(isinstance(cause, unsent) for cause in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came from, by the ways that azure-core and urllib3 tell it."""
    while error is not None:
        yield error
        inner = getattr(error, "inner_exception", None) or getattr(error, "reason", None)
        inner = inner or next((one for one in error.args if isinstance(one, Exception)), None)
        error = inner or error.__cause__
