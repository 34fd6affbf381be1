"""The app settings: read once, checked as a whole, their values never shown.

A connection is named by a prefix, as the Functions host does it: the setting `X` holds a
connection string, or `X__<address>` with `X__credential` and `X__clientId` names a service and an
identity. Where both are given, the connection string wins. Source: identity-based connections,
Functions documentation.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    SecretStr,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)


#: Hosts that a hub may have. Anything else would be sent our token.
HUB_HOST: Final = re.compile(
    r"[a-z0-9][a-z0-9-]{1,48}[a-z0-9]\.azure-devices\.(net|cn|us)", re.ASCII
)
LOCAL_HOST: Final = re.compile(r"(localhost|127\.0\.0\.1):[0-9]{1,5}", re.ASCII)


class SettingsError(Exception):
    """The app cannot run: settings are missing or malformed. Names them all, and no value."""


class Address(StrEnum):
    """The suffix under which each kind of service has its address."""

    STORAGE = "blobServiceUri"
    SERVICE_BUS = "fullyQualifiedNamespace"
    IOT_HUB = "hostName"


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach a service: by connection string, or by address and identity."""

    connection_string: SecretStr | None = None
    address: str = ""
    #: `managedidentity`, or empty for whatever identity the machine offers.
    credential: str = ""
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class TargetSettings:
    """A configured destination."""

    kind: Literal["iot_hub"]
    connection: Connection
    host: str
    #: Whether one bad line rejects a whole file.
    strict: bool


class _Target(BaseModel):
    """A target as it stands in IMPORT_TARGETS."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["iot_hub"] = "iot_hub"
    connection: str
    strict: bool = False


type _Alias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
_TARGETS: Final[TypeAdapter[dict[_Alias, _Target]]] = TypeAdapter(dict[_Alias, _Target])


@dataclass(frozen=True, slots=True)
class Settings:
    """All app settings. `local.settings.sample.json` shows each with a value for a laptop."""

    #: DeviceFiles: dropped files, tickets, records, work files and reports.
    device_files: Connection
    #: Exchange: where hubs read and write; another account keeps them off everything else.
    exchange: Connection
    #: Results: the Service Bus namespace.
    results: Connection
    #: RESULTS_QUEUE: the queue that subscribers read.
    results_queue: str
    #: IMPORT_TARGETS: the destinations by alias.
    targets: Mapping[str, TargetSettings]
    #: DEFAULT_TARGET: where files in no folder go.
    default_target: str | None
    #: START_PATIENCE_SECONDS: after so long without an answer a start counts as stopped.
    start_patience: timedelta
    #: HUB_CA_FILE: certificate authorities of the hubs, for hubs on this machine.
    hub_ca_file: str | None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read every setting.

        Raises:
            SettingsError: Names all that are missing or malformed at once, and no values.
        """
        read = _Reader(environ)
        settings = cls(
            device_files=read.connection("DeviceFiles", Address.STORAGE),
            exchange=read.connection("Exchange", Address.STORAGE, instead="DeviceFiles"),
            results=read.connection("Results", Address.SERVICE_BUS),
            results_queue=environ.get("RESULTS_QUEUE") or "import-results",
            targets=read.targets("IMPORT_TARGETS"),
            default_target=environ.get("DEFAULT_TARGET") or None,
            start_patience=timedelta(seconds=read.seconds("START_PATIENCE_SECONDS", 180)),
            hub_ca_file=environ.get("HUB_CA_FILE") or None,
        )
        if settings.default_target not in {None, *settings.targets}:
            read.problems.append("DEFAULT_TARGET is none of the aliases in IMPORT_TARGETS")
        if read.problems:
            raise SettingsError("; ".join(sorted(set(read.problems))))
        return settings


class _Reader:
    """Reads settings and remembers what is wrong, so that all of it can be said at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def connection(self, name: str, address: Address, instead: str = "") -> Connection:
        """Read a connection, or the one named `instead` if nothing is set for it."""
        given = self._environ.get
        if text := given(name):
            return Connection(SecretStr(text))
        if where := given(f"{name}__{address}"):
            identity = given(f"{name}__credential", ""), given(f"{name}__clientId")
            return Connection(None, where, *identity)
        if instead:
            return self.connection(instead, address)
        self.problems.append(f"{name} (or {name}__{address}) is missing")
        return Connection()

    def seconds(self, name: str, default: int) -> int:
        """Read a whole number of seconds, at least 1."""
        text = self._environ.get(name) or str(default)
        if re.fullmatch("[1-9][0-9]{0,5}", text, re.ASCII):
            return int(text)
        self.problems.append(f"{name} is not a whole number of seconds")
        return default

    def targets(self, name: str) -> Mapping[str, TargetSettings]:
        """Read the targets and the connections that they name."""
        if not (text := self._environ.get(name)):
            self.problems.append(f"{name} is missing")
            return {}
        try:
            targets = _TARGETS.validate_json(text)
        except ValidationError as error:
            for detail in error.errors(
                include_url=False, include_context=False, include_input=False
            ):
                where = ".".join((name, *map(str, detail["loc"])))
                self.problems.append(f"{where}: {detail['msg']}")
            return {}
        if not targets:
            self.problems.append(f"{name} names no target")
        return {alias: self._target(target) for alias, target in targets.items()}

    def _target(self, target: _Target) -> TargetSettings:
        connection = self.connection(target.connection, Address.IOT_HUB)
        host = connection.address
        if connection.connection_string:
            parts = connection_parts(connection.connection_string)
            host = parts.get("HostName", "")
            if not parts.keys() >= {"HostName", "SharedAccessKeyName", "SharedAccessKey"}:
                self.problems.append(f"{target.connection} is no connection string of a hub")
        if host and not self._allowed(host):
            self.problems.append(f"{target.connection} names a host that is no IoT hub")
        return TargetSettings(target.kind, connection, host, target.strict)

    def _allowed(self, host: str) -> bool:
        local = self._environ.get("ALLOW_LOCAL_HUBS", "").lower() == "true"
        return bool(HUB_HOST.fullmatch(host) or (local and LOCAL_HOST.fullmatch(host)))


def connection_parts(connection_string: SecretStr) -> Mapping[str, str]:
    """Split `Name=value;Name=value`; values may hold equals signs."""
    pairs = (part.partition("=") for part in connection_string.get_secret_value().split(";"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}
