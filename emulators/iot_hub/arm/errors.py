"""What is refused, by whom, and in which body.

Two speak here. Resource Manager says `{"error": {"code", "message"}}`; the resource provider
behind it says `{code, httpStatusCode, message}`, as its Swagger has it and users have seen it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final, NamedTuple
from uuid import uuid4

from emulators.iot_hub.arm.contract import Contract
from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.routes.operation import Answer


class Refusal(Exception):
    """A request is refused."""

    def answer(self, contract: Contract) -> Answer:
        """Return the answer that says so in the words of a contract."""
        raise NotImplementedError


class ArmError(Refusal):
    """Resource Manager refuses a request before any provider sees it, or for want of an answer."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = {"x-ms-failure-cause": "gateway", **(headers or {})}

    def answer(self, contract: Contract) -> Answer:  # noqa: ARG002 - the same in every contract
        """Return the answer; its body is Resource Manager's own."""
        body = {"error": {"code": self.code, "message": str(self)}}
        return Answer(body, self.status, self.headers)


class Words(NamedTuple):
    """How the provider puts an error of the hub."""

    status: int
    number: int
    name: str
    text: str


class ProviderError(Refusal):
    """The resource provider refuses; the current contract has its number, the old one its name."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.text)
        self.words = words

    def answer(self, contract: Contract) -> Answer:
        """Return the answer with the provider's `ErrorDetails`."""
        words = self.words
        details = {
            "code": words.number if contract is Contract.CURRENT else words.name,
            "httpStatusCode": HTTPStatus(words.status).phrase.replace(" ", ""),
            "message": f"{words.text} If you contact a support representative please include "
            f"this correlation identifier: {uuid4()}, "
            f"timestamp: {datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}, errorcode: IH{words.number}.",
        }
        headers = {"x-ms-failure-cause": "service"}
        return Answer(contract.spelled(details), words.status, headers)


INTERNAL: Final = Words(500, 500001, "InternalError", "Internal Error.")
#: The old provider knew nothing of a container that cannot be used (azure-powershell#5490,
#: azure-sdk-for-python#1695); later ones say so (azure-iot-cli-extension#93).
_CONTAINERS: Final = {
    Contract.OF_2016: INTERNAL,
    Contract.CURRENT: Words(400, 400007, "BlobAccessError", "Unable to access blob."),
}
#: Sentences in place of what only the hub itself says.
_SENTENCES: Final = {
    ErrorCode.JobQuotaExceeded: "Job quota has been exceeded.",
    ErrorCode.JobNotFound: "The job could not be found.",
}


def by_provider(error: HubError, contract: Contract) -> ProviderError:
    """Put an error of the hub as the provider does; most keep number, name and text."""
    code = error.code
    if code is ErrorCode.BlobContainerValidationError:
        return ProviderError(_CONTAINERS[contract])
    text = _SENTENCES.get(code, f"{error.text.rstrip('.')}.")
    return ProviderError(Words(code.http_status, int(code), code.name, text))


_THROTTLED: Final = ArmError(
    429, "TooManyRequests", "The request is being throttled.", {"retry-after": "10"}
)
_UNAVAILABLE: Final = ArmError(503, "ServiceUnavailable", "The service is unavailable.")
_SILENT: Final = ArmError(
    504,
    "GatewayTimeout",
    "The gateway did not receive a response from 'Microsoft.Devices' within the specified time "
    "period.",
)
_OF_STATUS: Final[Mapping[int, Refusal]] = {
    429: _THROTTLED,
    500: ProviderError(INTERNAL),
    503: _UNAVAILABLE,
    504: _SILENT,
}


def of_status(status: int, contract: Contract) -> Answer:
    """Return the error for a status that a fault orders; any other comes without a body."""
    refusal = _OF_STATUS.get(status)
    return refusal.answer(contract) if refusal else Answer(status=status)
