"""What the hub keeps of a configuration, and how it looks in answers and in export files.

Source: recorded traffic for answers; a live hub for the PascalCase of exports and for results
that are empty until the hub evaluates a configuration, which this one never does.
"""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any, Final, Self

from emulators.iot_hub import ticks
from emulators.iot_hub.import_configuration import ConfigurationSpec


type Json = dict[str, Any]

#: Fields that have fields of a fixed name themselves.
_STRUCTURED: Final = frozenset({"content", "systemMetrics", "metrics"})

#: The hub's own metrics by the kind of content: recorded for devices, in samples of Microsoft's
#: for edge deployments, assumed for modules.
_SYSTEM_METRICS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "deviceContent": {
            "targetedCount": "select deviceId from devices{where}",
            "appliedCount": "select deviceId from devices where {applied}",
        },
        "moduleContent": {
            "targetedCount": "select deviceId, moduleId {condition}",
            "appliedCount": "select deviceId, moduleId from devices.modules where {applied}",
        },
        "modulesContent": {
            "targetedCount": "select deviceId from devices"
            " where capabilities.iotEdge = true{and_}",
            "appliedCount": "{agents}",
            "reportedSuccessfulCount": "{agents} and {heard} = 200",
            "reportedFailedCount": "{agents} and {heard} != 200",
        },
    }
)
_AGENTS: Final = "select deviceId from devices.modules where moduleId = '$edgeAgent' and "
_HEARD: Final = (
    "properties.desired.$version = properties.reported.lastDesiredVersion"
    " and properties.reported.lastDesiredStatus.code"
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """One configuration of the hub."""

    spec: ConfigurationSpec
    created: int  #: Ticks, as is `updated`.
    updated: int
    version: int = 1  #: Counts writes; `etag` is its text.

    @classmethod
    def new(cls, spec: ConfigurationSpec) -> Self:
        """Make the configuration that a client asks for."""
        now = ticks.now()
        return cls(spec, now, now)

    @property
    def id(self) -> str:
        """What it is called."""
        return self.spec.id

    @property
    def etag(self) -> str:
        """The ETag: base64 of a decimal number (recorded: MQ==)."""
        return base64.b64encode(str(self.version).encode()).decode()

    def overwritten(self, spec: ConfigurationSpec) -> Self:
        """Replace all but the content, which silently stays as it is (seen on a live hub)."""
        spec = spec._replace(content=self.spec.content)
        return replace(self, spec=spec, updated=ticks.now(), version=self.version + 1)

    def wire(self) -> Json:
        """Show the configuration as `GET /configurations/{id}` does."""
        spec = self.spec
        return {
            "id": spec.id,
            "schemaVersion": spec.schema_version,
            "labels": spec.labels,
            "content": spec.content,
            "targetCondition": spec.target_condition,
            "createdTimeUtc": ticks.iso(self.created),
            "lastUpdatedTimeUtc": ticks.iso(self.updated),
            "priority": spec.priority,
            "systemMetrics": {"results": {}, "queries": _system_queries(spec)},
            "metrics": {"results": {}, "queries": spec.metrics},
            "etag": self.etag,
        }

    def export_line(self) -> Json:
        """Show the configuration as an export job does: names of the service's in PascalCase."""
        return {
            _pascal(name): _in_pascal_case(value) if name in _STRUCTURED else value
            for name, value in self.wire().items()
        }

    def record(self) -> Json:
        """Return what `from_record` makes the configuration of again."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Json) -> Self:
        """Return the configuration of a record."""
        return cls(**(record | {"spec": ConfigurationSpec(*record["spec"])}))


def _system_queries(spec: ConfigurationSpec) -> dict[str, str]:
    condition = spec.target_condition.strip()
    limited = "" if condition == "*" else condition
    applied = f"configurations.[[{spec.id}]].status = 'Applied'"
    parts = {
        "applied": applied,
        "agents": _AGENTS + applied,
        "heard": _HEARD,
        "condition": condition,
        "where": limited and f" where {limited}",
        "and_": limited and f" and {limited}",
    }
    queries = {
        name: query.format(**parts)
        for kind in spec.content
        for name, query in _SYSTEM_METRICS[kind].items()
    }
    return queries if condition else queries | {"targetedCount": ""}


def _in_pascal_case(fields: Json) -> Json:
    return {_pascal(name): value for name, value in fields.items()}


def _pascal(name: str) -> str:
    return "ETag" if name == "etag" else name[0].upper() + name[1:]
