"""What the hub refuses in a configuration.

Source: a live hub for ids, content and target conditions; the codes are those of Microsoft's page
"Troubleshoot Azure IoT Hub error codes". The words are assumed.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from emulators.iot_hub.conditions import is_metric, is_target_of_devices, is_target_of_modules
from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.import_configuration import ConfigurationSpec
from emulators.iot_hub.typed_json import Document


_ID: Final = re.compile(r"[a-z0-9\-+%_*!']{1,128}")
_DESIRED: Final = re.compile(r"properties\.desired(?:\..+)?")


def check_spec(spec: ConfigurationSpec) -> None:
    """Refuse what may not stand in a configuration that is created or overwritten.

    Raises:
        HubError: 400004, 400401, 400402 or 400404.
    """
    for code, is_broken, text in _RULES:
        if is_broken(spec):
            raise HubError(code, text.format(id=spec.id))


def _is_patch(patch: Any) -> bool:
    return isinstance(patch, dict) and all(map(_DESIRED.fullmatch, patch))


def _is_deployment(modules: Document) -> bool:
    return "$edgeAgent" in modules and all(map(_is_patch, modules.values()))


_IS_CONTENT: Final[Mapping[str, Callable[[Document], bool]]] = MappingProxyType(
    {
        "deviceContent": _is_patch,
        "moduleContent": _is_patch,
        "modulesContent": _is_deployment,
    }
)


def _is_for_modules(spec: ConfigurationSpec) -> bool:
    return "moduleContent" in spec.content


def _misses_target(spec: ConfigurationSpec) -> bool:
    is_target = is_target_of_modules if _is_for_modules(spec) else is_target_of_devices
    return not is_target(spec.target_condition)


#: What makes a configuration impossible.
_RULES: Final[tuple[tuple[ErrorCode, Callable[[ConfigurationSpec], bool], str], ...]] = (
    (
        ErrorCode.ArgumentInvalid,
        lambda spec: not _ID.fullmatch(spec.id),
        "The configuration ID '{id}' is not valid",
    ),
    (
        ErrorCode.InvalidConfigurationContent,
        lambda spec: len(spec.content) != 1,
        "A configuration needs one of deviceContent, moduleContent and modulesContent",
    ),
    (
        ErrorCode.InvalidConfigurationContent,
        lambda spec: not all(_IS_CONTENT[kind](part) for kind, part in spec.content.items()),
        "Content is written to properties.desired, and a deployment has a part for $edgeAgent",
    ),
    (
        ErrorCode.InvalidConfigurationTargetCondition,
        _misses_target,
        "The target condition must be one on deviceId, tags or properties.reported",
    ),
    (
        ErrorCode.InvalidConfigurationCustomMetricsQuery,
        lambda spec: not all(map(is_metric, spec.metrics.values())),
        "A custom metric must be a query over devices or devices.modules",
    ),
)
