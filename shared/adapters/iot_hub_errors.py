"""Reads the errors of IoT Hub by name, and says what each means for starting a job.

The status alone is not enough: 403 stands for a busy slot, a full hub and a suspended one.
Sources: troubleshoot-error-codes.md, `ErrorCode.cs` and `CommonConstants.cs` of the C# SDK,
recorded traffic.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.domain.errors import (
    AnswerLost,
    ImporterError,
    TargetBusy,
    TargetRefused,
    TargetThrottled,
    TargetUnreachable,
)
from shared.domain.import_errors import NAMES
from shared.domain.redaction import redacted


HEADER: Final = "iothub-errorcode"

#: What an answer with this name means for `POST /jobs/create`.
REACTIONS: Final[Mapping[str, type[ImporterError]]] = {
    "JobQuotaExceeded": TargetBusy,
    "403003": TargetBusy,
    "GenericTooManyRequests": TargetThrottled,
    "ThrottlingException": TargetThrottled,
    "ThrottleBacklogLimitExceeded": TargetThrottled,
    "ThrottlingBacklogTimeout": TargetThrottled,
    "DeviceThrottlingLimitExceeded": TargetThrottled,
}
#: What a status means when the name is none of those. 5xx may come from a front end after the hub
#: itself has started the job.
STATUSES: Final[Mapping[int, type[ImporterError]]] = {
    404: TargetUnreachable,
    408: AnswerLost,
    429: TargetThrottled,
    500: AnswerLost,
    502: AnswerLost,
    503: AnswerLost,
    504: AnswerLost,
}
_NAMED: Final = re.compile(r"ErrorCode:\s*(\w+)")
_SAID: Final = re.compile(r"Message: (.*?)(?:\r|\n|$)")


@dataclass(frozen=True, slots=True)
class HubError:
    """An answer that is no success."""

    status: int
    #: The hub's name of the error, or `http_<status>`.
    name: str
    #: For people, without secrets.
    message: str

    def as_reaction(self) -> ImporterError:
        """Return the error to raise: its class is what to do."""
        reaction = REACTIONS.get(self.name) or STATUSES.get(self.status, TargetRefused)
        if reaction is TargetRefused:
            return TargetRefused(self.name, self.message)
        return reaction(f"{self.name}: {self.message}")


def read_hub_error(status: int, headers: Mapping[str, str], body: str) -> HubError:
    """Read any of the envelopes that hub and front end answer with.

    Known are `{"Message": "ErrorCode:<Name>;<text>"}`, `{"errorCode": <number>, "message": …}`,
    either of them as an escaped string in the first, a bare message, HTML and nothing at all.
    """
    message = _message(body)
    named = _NAMED.search(message)
    number = re.search(r'(?:"errorCode"\s*:\s*|errorcode: IH)(\d{6})', body.replace("\\", ""))
    name = (
        headers.get(HEADER)
        or (named and named[1])
        or (number and NAMES.get(int(number[1]), number[1]))
        or f"http_{status}"
    )
    said = _SAID.search(message)
    text = said[1] if said else message.partition(";")[2] or message
    return HubError(status, name, redacted(text) or "the hub gave no reason")


def _message(body: str) -> str:
    try:
        envelope: Any = json.loads(body)
    except ValueError:
        return ""  # HTML of a front end tells nothing
    if not isinstance(envelope, dict):
        return ""
    return str(envelope.get("Message") or envelope.get("message") or "")
