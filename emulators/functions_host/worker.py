"""Microsoft's Python runtime in this process: it indexes an app and invokes its functions.

The runtime keeps what it indexed in module-level state and imports the app by its module name, so
one process holds one app. Tests of several apps start a process for each.
"""

import json
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import azure_functions_runtime as runtime

from emulators.functions_host import protos


type Binding = Mapping[str, Any]


class AppFailed(Exception):
    """The app cannot be run; the message is the runtime's own where it has one."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """How one invocation ended."""

    #: None when it succeeded; otherwise the exception's type and text.
    error: str | None = None
    stack_trace: str = ""
    #: Output by parameter name; `$return` is the return value. Unset outputs are not in it.
    outputs: Mapping[str, protos.TypedData] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Tell whether the function returned."""
        return self.error is None


class Worker:
    """One indexed app. `functions` has the raw bindings of each, as the runtime declares them."""

    def __init__(self, app_dir: Path) -> None:
        self.app_dir = app_dir.resolve()
        self._ids: dict[str, str] = {}
        self.functions: dict[str, list[Binding]] = {}

    async def start(self) -> Self:
        """Index `function_app.py`; raises AppFailed as the real host would refuse to start."""
        sys.path.insert(0, str(self.app_dir))
        runtime.start_threadpool_executor()
        request = self._request(
            worker_init_request=SimpleNamespace(
                capabilities={}, function_app_directory=str(self.app_dir)
            )
        )
        with _fresh_import("function_app"):
            started = (await runtime.worker_init_request(request)).result
        if not started.ok:
            raise AppFailed(started.exception.message)
        indexed = await runtime.functions_metadata_request(request)
        self._keep(indexed.function_metadata_results or [])
        return self

    async def invoke(
        self,
        name: str,
        data: protos.TypedData,
        metadata: Mapping[str, protos.TypedData] | None = None,
    ) -> Invocation:
        """Run a function with trigger data and trigger metadata as the real host sends them."""
        trigger = trigger_of(self.functions[name])
        request = SimpleNamespace(
            invocation_id=str(uuid.uuid4()),
            function_id=self._ids[name],
            input_data=[protos.ParameterBinding(name=trigger["name"], data=data)],
            trigger_metadata=metadata or {},
            trace_context=SimpleNamespace(trace_parent="", trace_state="", attributes={}),
            retry_context=SimpleNamespace(retry_count=0, max_retry_count=0, exception=None),
        )
        return _invocation(
            await runtime.invocation_request(self._request(invocation_request=request))
        )

    def _keep(self, functions: list[protos.RpcFunctionMetadata]) -> None:
        if not functions:
            message = f"no functions found in {self.app_dir / 'function_app.py'}"
            raise AppFailed(message)
        for function in functions:
            self._ids[function.name] = function.function_id
            self.functions[function.name] = [json.loads(raw) for raw in function.raw_bindings]

    @staticmethod
    def _request(**request: SimpleNamespace) -> SimpleNamespace:
        return SimpleNamespace(
            properties={"host": "127.0.0.1", "protos": protos}, request=SimpleNamespace(**request)
        )


def trigger_of(bindings: list[Binding]) -> Binding:
    """Return the one binding that starts the function."""
    return next(binding for binding in bindings if binding["type"].lower().endswith("trigger"))


@contextmanager
def _fresh_import(module: str) -> Iterator[None]:
    """Import a module anew and leave no trace of it: an app object can be indexed only once."""
    before = sys.modules.pop(module, None)
    try:
        yield
    finally:
        sys.modules.pop(module, None)
        if before:
            sys.modules[module] = before


def _invocation(response: protos.InvocationResponse) -> Invocation:
    if not response.result.ok:
        exception: protos.RpcException = response.result.exception
        return Invocation(exception.message, exception.stack_trace)
    outputs = {output.name: output.data for output in response.output_data} | {
        "$return": response.return_value
    }
    return Invocation(outputs={name: data for name, data in outputs.items() if data is not None})
