"""Calls to one host that answers in JSON, on azure-core's pipeline.

What is only asked may be asked again; what changes something is sent exactly once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from azure.core import PipelineClient
from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError
from azure.core.pipeline.policies import (
    HTTPPolicy,
    RequestIdPolicy,
    RetryPolicy,
    SansIOHTTPPolicy,
    UserAgentPolicy,
)
from azure.core.rest import HttpRequest, HttpResponse

from shared.adapters.iot_hub_errors import HubError, read_hub_error
from shared.adapters.lost_calls import described, never_left
from shared.domain.errors import (
    AnswerLost,
    ImporterError,
    TargetRefused,
    TargetUnreachable,
    Unavailable,
)
from shared.domain.known_error import Reaction
from shared.failpoints import failpoint


type Signing = SansIOHTTPPolicy[Any, Any] | HTTPPolicy[Any, Any]

#: What shows that an answer is not what it should be: nothing came, or nothing that can be read.
_UNREADABLE: Final = (AzureError, ValueError, KeyError, TypeError)
#: How Resource Manager says that a role is missing.
_RIGHTLESS: Final = frozenset({"AuthorizationFailed", "LinkedAuthorizationFailed"})


@dataclass(frozen=True, slots=True)
class Service:
    """A service at one host."""

    #: Host name, with a port only for a local one.
    host: str
    #: What every call asks for.
    api_version: str
    #: What a caller needs, for the message when it is not let in.
    rights: str
    #: The storage account that a hub uses with an identity of its own; None if jobs bring a key.
    identity_account: str | None = None


class RestClient:
    """Speaks to one service. Redirects are not followed, so a token goes nowhere else.

    Args:
        service: Whom to speak to.
        signing: What signs the requests.
        timeout: Seconds that connecting may take, and reading an answer.
        ca_file: Certificate authorities to trust; those of the machine if there is none.
    """

    def __init__(
        self, service: Service, signing: Signing, timeout: float, ca_file: str | None = None
    ) -> None:
        self._service = service
        policies = [
            RequestIdPolicy(),
            UserAgentPolicy("device-identity-import"),
            RetryPolicy(retry_total=3, retry_backoff_factor=0.5, retry_backoff_max=5),
            signing,
        ]
        self._client: PipelineClient[Any, HttpResponse] = PipelineClient(
            f"https://{service.host}",
            policies=policies,
            connection_timeout=timeout,
            read_timeout=timeout,
            connection_verify=ca_file or True,
        )

    def get[T](self, path: str, read: Callable[[HttpResponse], T]) -> T:
        """Ask, several times if need be, and return what `read` makes of the answer.

        Raises:
            Unavailable: The host did not answer, or not what `read` can read.
            NotStarted: It refused, with the reaction by class.
        """
        try:
            return read(self._asked(path))
        except (AnswerLost, *_UNREADABLE) as why:
            raise Unavailable(self._described(why)).blaming(self._service.host) from why

    def post_once[T](
        self, path: str, body: Mapping[str, Any], read: Callable[[HttpResponse], T]
    ) -> T:
        """Order something with exactly one POST, and return what `read` makes of the answer.

        Raises:
            NotStarted: Surely nothing was done.
            AnswerLost: Something may have been done.
        """
        try:
            return read(self._checked(self.once("POST", path, json=dict(body))))
        except _UNREADABLE as why:
            raise AnswerLost(self._described(why)).blaming(self._service.host) from why

    def once(self, verb: str, path: str, **content: Any) -> HttpResponse:
        """Send a request exactly once; return the answer, whatever it says.

        Args:
            verb: The method.
            path: Where to, quoted.
            **content: `json` or `content`, and `headers`.

        Raises:
            TargetUnreachable: It surely did not get there.
            AnswerLost: It may have.
        """
        try:
            # azure-core repeats POST on 5xx whatever methods are allowed; only a total of 0 helps.
            return self._send(verb, path, retry_total=0, **content)
        except ClientAuthenticationError as why:
            # No token, so nothing was sent.
            raise TargetUnreachable(self._described(why)).blaming(self._service.host) from why
        except ServiceRequestError as why:
            lost = TargetUnreachable if never_left(why) else AnswerLost
            raise lost(self._service.host).blaming(self._service.host) from why
        except AzureError as why:
            raise AnswerLost(self._described(why)).blaming(self._service.host) from why

    def delete_once(self, path: str) -> None:
        """Delete something with one call.

        Raises:
            Unavailable: The host did not answer.
            NotStarted: It refused, with the reaction by class.
            AnswerLost: It failed.
        """
        try:
            self._checked(self._send("DELETE", path, retry_total=0))
        except AzureError as why:
            raise Unavailable(self._described(why)).blaming(self._service.host) from why

    def _asked(self, path: str) -> HttpResponse:
        """Send a GET; if the token is not taken, once more with one that is made anew."""
        answer = self._send("GET", path)
        if not _is_good(answer) and error_in(answer).reaction is Reaction.CREDENTIALS:
            answer = self._send("GET", path)
        return self._checked(answer)

    def _send(self, verb: str, path: str, *, retry_total: int = 3, **content: Any) -> HttpResponse:
        joint = "&" if "?" in path else "?"
        version = f"{joint}api-version={self._service.api_version}"
        url = self._client.format_url(path + ("" if "api-version=" in path else version))
        request = HttpRequest(verb, url, **content)
        with failpoint("service.call", f"{verb} {path}"):
            return self._client.send_request(request, retry_total=retry_total)

    def _checked(self, answer: HttpResponse) -> HttpResponse:
        if not _is_good(answer):
            raise self.refusal(error_in(answer))
        return answer

    def refusal(self, error: HubError) -> ImporterError:
        """Return the error to raise for an answer that is no success."""
        if error.reaction is Reaction.CREDENTIALS or error.name in _RIGHTLESS:
            needed = f"{error.message.rstrip('.')}; {self._service.rights}"
            return TargetRefused(error.name, needed)
        reaction = error.as_reaction(self._service.identity_account)
        return reaction.blaming(self._service.host)

    def _described(self, why: Exception) -> str:
        return described(self._service.host, why)


def _is_good(answer: HttpResponse) -> bool:
    return answer.status_code // 100 == 2  # noqa: PLR2004 - every success


def error_in(answer: HttpResponse) -> HubError:
    """Return what an answer that is no success says."""
    # Not `answer.text()`: it fails on bytes that are not in the encoding they are said to be in.
    body = answer.content.decode("utf-8-sig", "replace")
    return read_hub_error(answer.status_code, answer.headers, body)
