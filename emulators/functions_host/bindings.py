"""What bindings mean here: settings resolved, connections found, and the rest refused."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from emulators.functions_host.worker import Binding


#: The account that the host keeps its own records in, and the default of every binding.
HOST_STORAGE: Final = "AzureWebJobsStorage"
#: Type and direction of the bindings that this host has.
SERVED: Final = frozenset(
    {("blobTrigger", "IN"), ("queueTrigger", "IN"), ("timerTrigger", "IN"), ("queue", "OUT")}
)
SETTING: Final = re.compile("%([^%]+)%")


class BindingRejected(Exception):
    """A binding cannot be served here; the message names the function and the reason."""


def resolve(
    functions: Mapping[str, list[Binding]], environ: Mapping[str, str]
) -> dict[str, list[Binding]]:
    """Return the bindings with every `%SETTING%` replaced; raises BindingRejected.

    Also refuses what this host cannot serve, so that nothing is left out in silence.
    """
    resolved = {
        name: [_resolved(_served(binding, name), name, environ) for binding in bindings]
        for name, bindings in functions.items()
    }
    for bindings in resolved.values():
        for output in outputs_of(bindings):
            connection_string(output.get("connection"), environ)
    return resolved


def connection_string(connection: str | None, environ: Mapping[str, str]) -> str:
    """Return the storage connection string that a binding's `connection` stands for.

    As in the real host the setting `AzureWebJobs<connection>` goes before `<connection>`
    (GetWebJobsConnectionString). Raises BindingRejected if there is neither.
    """
    name = connection or HOST_STORAGE
    for setting in (f"AzureWebJobs{name}", name):
        if found := environ.get(setting):
            return found
    if any(setting.startswith(f"{name}__") for setting in environ):
        message = f"connection {name} is identity-based; the local host takes connection strings"
    else:
        message = f"connection {name}: there is no app setting of that name"
    raise BindingRejected(message)


def function_id(function: str) -> str:
    """Return the name that receipts, blob messages and timers have for a function."""
    return f"Host.Functions.{function}"


def is_disabled(function: str, environ: Mapping[str, str]) -> bool:
    """Tell whether the app setting `AzureWebJobs.<function>.Disabled` switches a function off."""
    return environ.get(f"AzureWebJobs.{function}.Disabled", "").lower() in {"true", "1"}


def outputs_of(bindings: list[Binding]) -> Iterator[Binding]:
    """Yield the bindings that a function writes to."""
    return (binding for binding in bindings if binding["direction"] == "OUT")


def _served(binding: Binding, function: str) -> Binding:
    kind = (binding["type"], binding["direction"])
    if kind not in SERVED:
        message = f"function {function}: the local host has no binding {' '.join(kind)}"
        raise BindingRejected(message)
    return binding


def _resolved(binding: Binding, function: str, environ: Mapping[str, str]) -> Binding:
    def setting(match: re.Match[str]) -> str:
        if match[1] not in environ:
            message = f"function {function}: '{match[0]}' does not resolve to a value"
            raise BindingRejected(message)
        return environ[match[1]]

    def value(raw: Any) -> Any:
        return SETTING.sub(setting, raw) if isinstance(raw, str) else raw

    return {key: value(raw) for key, raw in binding.items()}
