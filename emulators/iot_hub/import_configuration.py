"""What a client asks for with a configuration, in a PUT or in a line of an import job.

Source of names: `Configuration` in the service's Swagger 2021-04-12, `ImportConfiguration.cs` of
the C# SDK for lines. Names match in any case, so exported lines, in PascalCase, are read as well.
"""

from typing import Any, Final, NamedTuple

from emulators.iot_hub import typed_json
from emulators.iot_hub.export_import_device import ImportMode
from emulators.iot_hub.typed_json import (
    Document,
    choice,
    collection,
    fields,
    integer,
    nested,
    read_object,
    string,
    texts,
)


class ConfigurationSpec(NamedTuple):
    """What people may say in a configuration; all else is the hub's."""

    id: str
    #: Of `deviceContent`, `moduleContent` and `modulesContent` those that are not empty: the C#
    #: SDK sends all three.
    content: Document = {}  # noqa: RUF012 - never written to
    target_condition: str = ""
    priority: int = 0
    labels: dict[str, str] | None = None
    schema_version: str | None = None
    #: Queries by the names of custom metrics.
    metrics: dict[str, str] = {}  # noqa: RUF012 - never written to


class ImportConfiguration(NamedTuple):
    """A configuration, and what to do if one of that id exists already."""

    spec: ConfigurationSpec
    mode: ImportMode = ImportMode.CREATE_OR_UPDATE
    etag: str | None = None


def _content(**sections: Document) -> Document:
    return {name: section for name, section in sections.items() if section}


def _queries(queries: dict[str, str] | None = None) -> dict[str, str]:
    return queries or {}


_CONTENT: Final = fields(
    deviceContent=("deviceContent", collection),
    moduleContent=("moduleContent", collection),
    modulesContent=("modulesContent", collection),
)
_CONFIGURATION: Final = fields(
    id=("id", string),
    schemaVersion=("schema_version", string),
    labels=("labels", texts),
    content=("content", nested(_CONTENT, _content)),
    targetCondition=("target_condition", string),
    priority=("priority", integer),
    metrics=("metrics", nested(fields(queries=("queries", texts)), _queries)),
    importMode=("mode", choice(ImportMode, "Microsoft.Azure.Devices.Cloud.ImportMode")),
    eTag=("etag", string),
)


def parse_configuration(line: str) -> ImportConfiguration:
    """Read one line of a file of configurations.

    Raises:
        Unreadable: The line cannot be read.
    """
    return read_configuration(typed_json.parse(line))


def read_configuration(value: Any) -> ImportConfiguration:
    """Read one parsed object.

    Raises:
        Unreadable: A value does not fit, or there is no id.
    """
    read = read_object(value, _CONFIGURATION, required=("id",))
    order = {name: read.pop(name) for name in ("mode", "etag") if name in read}
    return ImportConfiguration(ConfigurationSpec(**read), **order)
