"""What an operation is: a verb and path, the permissions it needs, a function that answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from emulators.graph.access import authorize
from emulators.graph.errors import GraphError, throttled
from emulators.graph.tenant import Tenant
from emulators.graph.trace import Trace
from emulators.iot_hub.routes.operation import Answer, Call


ROOT: Final = "/beta/deviceManagement"
#: What may stand before the name of an action.
NAMESPACE: Final = "microsoft.graph."

type Handler = Callable[[Tenant, Call], Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """One entry of the API."""

    verb: str
    path: str
    #: The permissions any one of which is enough.
    sufficient: frozenset[str]
    handler: Handler

    @property
    def name(self) -> str:
        """How faults and counts name the operation, however its action is spelled."""
        path = self.path.removeprefix(ROOT).replace(NAMESPACE, "")
        return f"{self.verb} {path}"

    def answer(self, tenant: Tenant, call: Call) -> Answer:
        """Answer the call, with an error body if Graph or Intune refuses it."""
        trace = Trace.of(call, self.path.format_map(call.path))
        try:
            self._admit(tenant, call)
            answer = self.handler(tenant, call)
        except GraphError as error:
            answer = error.answer(trace)
        return replace(answer, headers={**trace.ids, **answer.headers})

    def _admit(self, tenant: Tenant, call: Call) -> None:
        authorize(call.headers.get("authorization", ""), self.sufficient)
        wait = tenant.budget.spend() if tenant.budget else 0
        if wait:
            raise throttled(wait)
