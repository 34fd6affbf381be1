"""What an operation is: a verb and path, the rights it needs, a function from call to answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from emulators.iot_hub import typed_json
from emulators.iot_hub.access import Right, authorize
from emulators.iot_hub.errors import ErrorCode, HubError, not_in_tier
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.throttle import Throttle
from emulators.iot_hub.tier import EVERY, Tier
from emulators.iot_hub.typed_json import Unreadable


#: The API versions that a live hub takes.
API_VERSIONS: Final = frozenset(
    {"2018-06-30", "2020-03-13", "2020-05-31-preview", "2020-09-30", "2021-04-12", "2024-03-31"}
)
#: Header that names the error (`HttpErrorCodeName` in the C# SDK).
ERROR_HEADER: Final = "iothub-errorcode"
THROTTLED: Final = 429


@dataclass(frozen=True, slots=True)
class Call:
    """A request; header names are in lower case."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body.

        Raises:
            HubError: 400012.
        """
        try:
            return typed_json.parse(self.body.decode("utf-8", "replace"))
        except Unreadable as error:
            raise unreadable_body(error) from error

    @property
    def is_signed(self) -> bool:
        """Whether the caller came with a shared access signature, not with a token."""
        return self.headers.get("authorization", "").startswith("SharedAccessSignature ")

    @property
    def if_match(self) -> str | None:
        """The ETag that the caller expects, `*` for any; None when the header says nothing.

        The .NET SDK sends `""` for "no ETag" (recorded traffic).
        """
        return self.headers.get("if-match", "").strip('"') or None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back; a body of None is no body."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


type Handler = Callable[[Hub, Call], Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """One entry of the API."""

    verb: str
    path: str
    #: The rights that a caller needs; None for the emulator's own paths, which are open.
    rights: Right | None
    handler: Handler
    #: What limits its calls; None where nothing does, or where the handler counts them itself.
    throttle: Throttle | None = None
    #: The tiers whose hubs have it.
    tiers: frozenset[Tier] = EVERY

    @property
    def name(self) -> str:
        """How faults and counts name the operation."""
        return f"{self.verb} {self.path}"

    def answer(self, hub: Hub, call: Call) -> Answer:
        """Answer the call, with an error body if the hub refuses it."""
        try:
            if self.rights is not None:
                self._admit(self.rights, hub, call)
            return self.handler(hub, call)
        except HubError as error:
            return refusal(error)

    def _admit(self, rights: Right, hub: Hub, call: Call) -> None:
        version = call.query.get("api-version", "")
        if version not in API_VERSIONS:
            text = f"The API version '{version}' is not supported"
            raise HubError(ErrorCode.InvalidProtocolVersion, text)
        headers = call.headers
        authorize(headers.get("authorization", ""), headers.get("host", ""), rights, hub.policies)
        if hub.tier and hub.tier not in self.tiers:
            raise not_in_tier()
        if self.throttle:
            hub.charge(self.throttle)


def refusal(error: HubError) -> Answer:
    """Return the answer that says what was refused.

    A live hub sends no Retry-After, but closes the connection of whom it throttles.
    """
    status = error.code.http_status
    closing = {"connection": "close"} if status == THROTTLED else {}
    return Answer(error.body(), status, {ERROR_HEADER: error.code.name, **closing})


def unreadable_body(error: Unreadable) -> HubError:
    """Return the error for a body that does not fit its type."""
    return HubError(ErrorCode.DeserializationError, error.problem)
