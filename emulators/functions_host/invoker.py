"""Runs a function once: log line, invocation, outputs, log line."""

import logging
from collections.abc import Mapping
from time import monotonic

from azure.core.exceptions import AzureError

from emulators.functions_host.outputs import OutputRejected, Outputs
from emulators.functions_host.protos import TypedData
from emulators.functions_host.worker import Binding, Worker


log = logging.getLogger(__name__)


class Invoker:
    """Invokes the functions of an app and sends what they put out."""

    def __init__(
        self, worker: Worker, bindings: Mapping[str, list[Binding]], outputs: Outputs
    ) -> None:
        self._worker = worker
        self._bindings = bindings
        self._outputs = outputs

    async def invoke(
        self, function: str, cause: str, data: TypedData, metadata: Mapping[str, TypedData]
    ) -> bool:
        """Run the function; tell whether it and its outputs succeeded. `cause` is for the log."""
        log.info("%s started: %s", function, cause)
        start = monotonic()
        error = await self._error(function, data, metadata)
        milliseconds = (monotonic() - start) * 1000
        if error is None:
            log.info("%s succeeded in %.0f ms", function, milliseconds)
        else:
            log.error("%s failed after %.0f ms: %s", function, milliseconds, error)
        return error is None

    async def _error(
        self, function: str, data: TypedData, metadata: Mapping[str, TypedData]
    ) -> str | None:
        invocation = await self._worker.invoke(function, data, metadata)
        if not invocation.ok:
            log.debug("%s: %s", function, invocation.stack_trace)
            return invocation.error
        try:
            await self._outputs.send(self._bindings[function], invocation.outputs)
        except (AzureError, OutputRejected) as error:
            return f"its outputs were not sent: {error}"
        return None
