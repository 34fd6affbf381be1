"""The messages between host and worker, as plain classes.

The runtime takes the module of its protobuf classes as a parameter; this module is that parameter.
Names and fields are those of azure-functions-language-worker-protobuf, FunctionRpc.proto.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, ClassVar, Self


class TypedData:
    """One value on the wire. Exactly one field is set, as in a protobuf `oneof`."""

    def __init__(self, **field: Any) -> None:
        ((self.kind, self.value),) = field.items()
        setattr(self, self.kind, self.value)

    @classmethod
    def of_json(cls, value: Any) -> Self:
        """Return a value that travels as JSON; times are written in ISO 8601."""
        return cls(json=json.dumps(value, default=datetime.isoformat))

    def WhichOneof(self, _group: str) -> str:  # noqa: N802 - protobuf's name
        """Tell which field is set."""
        return self.kind


@dataclass(frozen=True, slots=True)
class ModelBindingData:
    """A reference to what triggered the function, in place of its content."""

    version: str
    source: str
    content_type: str
    content: bytes


class ParameterBinding(SimpleNamespace):
    """The value of one parameter, going in or coming out."""

    name: str
    data: TypedData | None

    def WhichOneof(self, _group: str) -> str:  # noqa: N802 - protobuf's name
        """Tell how the value travels: never through shared memory here."""
        return "data"


class StatusResult(SimpleNamespace):
    """Whether something succeeded; `exception` says why not."""

    Failure: ClassVar = 0
    Success: ClassVar = 1
    Cancelled: ClassVar = 2

    status: int
    exception: Any = None

    @property
    def ok(self) -> bool:
        """Tell whether it is a success."""
        return self.status == self.Success


class BindingInfo(SimpleNamespace):
    """A binding as the worker declares it; the numbers are those of its two enumerations."""

    undefined: ClassVar = 0
    out: ClassVar = 1
    inout: ClassVar = 2


class RpcException(SimpleNamespace):
    """An exception in the app."""

    message: str
    stack_trace: str


class InvocationResponse(SimpleNamespace):
    """How an invocation ended and what it put out."""

    result: StatusResult
    output_data: list[ParameterBinding]
    return_value: TypedData | None = None


class RpcFunctionMetadata(SimpleNamespace):
    """One function of the app, as indexed."""

    name: str
    function_id: str
    raw_bindings: list[str]


class RpcRetryOptions(SimpleNamespace):
    """A retry policy declared with `@app.retry`."""


class WorkerMetadata(SimpleNamespace):
    """Versions of runtime and library."""


class WorkerInitResponse(SimpleNamespace):
    """Answers the request that indexes the app."""


class FunctionMetadataResponse(SimpleNamespace):
    """Answers the request for the indexed functions."""
