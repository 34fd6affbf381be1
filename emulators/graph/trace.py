"""The ids under which a request can be found again, as Graph gives them to every answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from uuid import uuid4

from emulators.iot_hub.routes.operation import Call


@dataclass(frozen=True, slots=True)
class Trace:
    """The ids of one request, and the path that it came to."""

    path: str = ""
    request_id: str = field(default_factory=lambda: str(uuid4()))
    #: The caller's own id; empty if it has none.
    callers_id: str = ""

    @classmethod
    def of(cls, call: Call, path: str) -> Self:
        """Return the trace of a call."""
        return cls(path, callers_id=call.headers.get("client-request-id", ""))

    @property
    def ids(self) -> Mapping[str, str]:
        """The ids by name, for headers and bodies alike."""
        client_request_id = self.callers_id or self.request_id
        return {"request-id": self.request_id, "client-request-id": client_request_id}
