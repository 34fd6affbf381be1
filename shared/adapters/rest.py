"""Calls to one host that answers in JSON, on azure-core's pipeline.

What is only asked may be asked again; what changes something is sent exactly once.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from azure.core import PipelineClient
from azure.core.exceptions import AzureError, ServiceRequestError
from azure.core.pipeline.policies import (
    HTTPPolicy,
    RequestIdPolicy,
    RetryPolicy,
    SansIOHTTPPolicy,
    UserAgentPolicy,
)
from azure.core.rest import HttpRequest, HttpResponse
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from shared.adapters.iot_hub_errors import read_hub_error
from shared.domain.errors import (
    AnswerLost,
    ImporterError,
    TargetRefused,
    TargetUnreachable,
    Unavailable,
)


type Signing = SansIOHTTPPolicy[Any, Any] | HTTPPolicy[Any, Any]

#: What shows that an answer is not what it should be: nothing came, or nothing that can be read.
_UNREADABLE: Final = (AzureError, ValueError, KeyError, TypeError)
_RIGHTLESS: Final = frozenset({"AuthorizationFailed", "LinkedAuthorizationFailed"})


class RestClient:
    """Speaks to one host. Redirects are not followed, so a token goes nowhere else.

    Args:
        host: Host name, with a port only for a local one.
        api_version: What every call asks for.
        signing: What signs the requests.
        timeout: Seconds that connecting may take, and reading an answer.
        rights: What the caller needs, for the message when it is not let in.
        ca_file: Certificate authorities to trust; those of the machine if there is none.
    """

    def __init__(
        self,
        host: str,
        api_version: str,
        signing: Signing,
        timeout: float,
        *,
        rights: str,
        ca_file: str | None = None,
    ) -> None:
        self.host = host
        self._version = f"api-version={api_version}"
        self._rights = rights
        policies = [
            RequestIdPolicy(),
            UserAgentPolicy("device-identity-import"),
            RetryPolicy(retry_total=3, retry_backoff_factor=0.5, retry_backoff_max=5),
            signing,
        ]
        self._client: PipelineClient[Any, HttpResponse] = PipelineClient(
            f"https://{host}",
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
            return read(self._checked(self._send("GET", path)))
        except (AnswerLost, *_UNREADABLE) as why:
            raise Unavailable(self._what(why)) from why

    def post_once[T](
        self, path: str, body: Mapping[str, Any], read: Callable[[HttpResponse], T]
    ) -> T:
        """Order something with exactly one POST, and return what `read` makes of the answer.

        Raises:
            NotStarted: Surely nothing was done.
            AnswerLost: Something may have been done.
        """
        try:
            # azure-core repeats POST on 5xx whatever methods are allowed; only a total of 0 helps.
            return read(self._checked(self._send("POST", path, json=dict(body), retry_total=0)))
        except ServiceRequestError as why:
            raise (TargetUnreachable if _never_left(why) else AnswerLost)(self.host) from why
        except _UNREADABLE as why:
            raise AnswerLost(self._what(why)) from why

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
            raise Unavailable(self._what(why)) from why

    def _send(self, verb: str, path: str, *, retry_total: int = 3, **content: Any) -> HttpResponse:
        joint = "&" if "?" in path else "?"
        url = self._client.format_url(
            path if "api-version=" in path else f"{path}{joint}{self._version}"
        )
        request = HttpRequest(verb, url, **content)
        return self._client.send_request(request, retry_total=retry_total)

    def _checked(self, answer: HttpResponse) -> HttpResponse:
        if answer.status_code // 100 != 2:  # noqa: PLR2004 - every success
            raise self._refusal(answer)
        return answer

    def _refusal(self, answer: HttpResponse) -> ImporterError:
        # Not `answer.text()`: it fails on bytes that are not in the encoding they claim.
        body = answer.content.decode("utf-8-sig", "replace")
        error = read_hub_error(answer.status_code, answer.headers, body)
        if answer.status_code == 401 or error.name in _RIGHTLESS:  # noqa: PLR2004 - not let in
            return TargetRefused(error.name, f"{error.message.rstrip('.')}; {self._rights}")
        return error.as_reaction()

    def _what(self, why: Exception) -> str:
        names = [type(error).__name__ for error in _causes(why)]
        return f"{self.host}: {' from '.join(names)}"


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
