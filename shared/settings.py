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
    Field,
    SecretStr,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from shared.domain.connection_strings import (
    blob_addresses,
    bus_addresses,
    is_development_storage,
)


#: The credential whose tokens only stand-ins on this machine take.
LOCAL_CREDENTIAL: Final = "local"
LOCAL_HOST: Final = re.compile(r"(localhost|127\.0\.0\.1):[0-9]{1,5}", re.ASCII)
#: What a connection string may name beside Azure's own hosts: emulators get no token by it.
_LOCAL_ADDRESS: Final = re.compile(
    r"(https?|sb)://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?(/[a-z0-9]{3,24})?/?", re.ASCII
)
#: Who may be asked for tokens, and be told the secrets that are needed for it. Source:
#: AzureAuthorityHosts of azure-identity.
_AUTHORITY: Final = re.compile(
    r"(https://)?login\.(microsoftonline\.com|microsoftonline\.us|chinacloudapi\.cn)/?", re.ASCII
)


class SettingsError(Exception):
    """The app cannot run: settings are missing or malformed. Names them all, and no value."""


class Address(StrEnum):
    """The suffix under which each kind of service has its address."""

    STORAGE = "blobServiceUri"
    SERVICE_BUS = "fullyQualifiedNamespace"
    IOT_HUB = "hostName"
    MANAGEMENT = "managementHostName"
    GRAPH = "graphHostName"


#: Hosts that a service may have. Anything else would be sent our token.
HOSTS: Final[Mapping[Address, re.Pattern[str]]] = {
    Address.STORAGE: re.compile(
        r"https://[a-z0-9]{1,24}(-secondary)?(\.privatelink|\.z[0-9]{1,2})?\.blob\."
        r"(core\.(windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)|storage\.azure\.net)/?",
        re.ASCII,
    ),
    # The name of a namespace keeps its case.
    Address.SERVICE_BUS: re.compile(
        r"(sb://)?[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?\.servicebus\."
        r"(windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)/?",
        re.ASCII | re.IGNORECASE,
    ),
    Address.IOT_HUB: re.compile(
        r"[a-z0-9][a-z0-9-]{1,48}[a-z0-9]\.azure-devices\.(net|cn|us)", re.ASCII
    ),
    Address.MANAGEMENT: re.compile(
        r"management\.(azure\.com|usgovcloudapi\.net|chinacloudapi\.cn)", re.ASCII
    ),
    Address.GRAPH: re.compile(
        r"graph\.microsoft\.(com|us)|dod-graph\.microsoft\.us|microsoftgraph\.chinacloudapi\.cn",
        re.ASCII,
    ),
}


class TargetKind(StrEnum):
    """How device identities get to a target."""

    IOT_HUB = "iot_hub"  #: import jobs of the hub's data plane
    IOT_HUB_BULK = "iot_hub_bulk"  #: calls of up to 100 devices
    AUTO = "auto"  #: calls for a few devices, jobs for many
    IOT_HUB_ARM = "iot_hub_arm"  #: import jobs of Azure Resource Manager
    INTUNE = "intune"  #: corporate identifiers by Microsoft Graph


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach a service: by connection string, or by address and identity."""

    connection_string: SecretStr | None = None
    address: str = ""
    #: `managedidentity`, `local`, or empty for whatever identity the machine offers.
    credential: str = ""
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class TargetSettings:
    """A configured destination."""

    kind: TargetKind
    connection: Connection
    host: str
    #: Whether one bad line rejects a whole file.
    strict: bool
    #: By which identity the hub reaches containers: `system`, or the Resource Manager id of a
    #: user-assigned one; None for a SAS.
    storage_identity: str | None
    #: Registry operations that the hub takes; each device of a call counts as one.
    devices_a_minute: int
    #: Devices that the hub takes.
    device_limit: int
    #: Resource Manager id of the hub.
    resource: str
    #: Host of the hub itself, where another one is called.
    hub_host: str
    #: Whether identifiers that exist are written over.
    overwrite: bool


#: Registry operations a minute and unit, by tier. Source: quotas and throttling, developer guide.
OPERATIONS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("F1", "B1", "S1", "B2", "S2"), 100),
    **dict.fromkeys(("B3", "S3"), 5000),
}
#: Devices of a hub, by tier. Source: quotas and throttling; pricing, for the free tier.
DEVICES: Final[Mapping[str, int]] = {**dict.fromkeys(OPERATIONS, 1_000_000), "F1": 500}
#: What may be said of each kind, beside what may be said of all.
_OPTIONS: Final[Mapping[TargetKind, frozenset[str]]] = {
    TargetKind.IOT_HUB: frozenset({"storage_identity", "tier", "units"}),
    TargetKind.IOT_HUB_BULK: frozenset({"tier", "units"}),
    TargetKind.AUTO: frozenset({"storage_identity", "tier", "units"}),
    TargetKind.IOT_HUB_ARM: frozenset({"storage_identity", "resource", "hub_host"}),
    TargetKind.INTUNE: frozenset({"overwrite"}),
}
#: Where each kind is reached.
_ADDRESSES: Final[Mapping[TargetKind, tuple[Address, str]]] = {
    TargetKind.IOT_HUB: (Address.IOT_HUB, ""),
    TargetKind.IOT_HUB_BULK: (Address.IOT_HUB, ""),
    TargetKind.AUTO: (Address.IOT_HUB, ""),
    TargetKind.IOT_HUB_ARM: (Address.MANAGEMENT, "management.azure.com"),
    TargetKind.INTUNE: (Address.GRAPH, "graph.microsoft.com"),
}
#: What follows the name of a hub in its host, by the host of Resource Manager.
_HUB_DOMAINS: Final[Mapping[str, str]] = {
    "management.azure.com": "azure-devices.net",
    "management.usgovcloudapi.net": "azure-devices.us",
    "management.chinacloudapi.cn": "azure-devices.cn",
}
#: What people call the services.
_SERVICES: Final = {
    Address.STORAGE: "storage account",
    Address.SERVICE_BUS: "Service Bus namespace",
    Address.IOT_HUB: "IoT hub",
    Address.MANAGEMENT: "Resource Manager",
    Address.GRAPH: "Microsoft Graph",
}
_IDENTITY: Final = (
    r"^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[A-Za-z0-9_.()-]{1,90}/providers/"
    r"Microsoft\.ManagedIdentity/userAssignedIdentities/[A-Za-z0-9_-]{3,128}$"
)
_HUB_RESOURCE: Final = (
    r"^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[A-Za-z0-9_.()-]{1,90}/providers/"
    r"Microsoft\.Devices/IotHubs/[A-Za-z0-9][A-Za-z0-9-]{1,48}[A-Za-z0-9]$"
)


class _Target(BaseModel):
    """A target as it stands in IMPORT_TARGETS."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: TargetKind = TargetKind.IOT_HUB
    connection: str
    strict: bool = False
    storage_identity: (
        Annotated[str, StringConstraints(pattern=rf"^system$|{_IDENTITY}")] | None
    ) = None
    tier: Literal["F1", "B1", "S1", "B2", "S2", "B3", "S3"] = "S1"
    units: Annotated[int, Field(ge=1, le=200)] = 1
    resource: Annotated[str, StringConstraints(pattern=_HUB_RESOURCE)] = ""
    hub_host: str = ""
    overwrite: bool = False

    @model_validator(mode="after")
    def _says_what_its_kind_has(self) -> Self:
        options = self.model_fields_set - {"kind", "connection", "strict"}
        if odd := options - _OPTIONS[self.kind]:
            message = f"kind {self.kind} has no {', '.join(sorted(odd))}"
            raise ValueError(message)
        if self.kind is TargetKind.IOT_HUB_ARM and not self.resource:
            message = "kind iot_hub_arm needs resource"
            raise ValueError(message)
        return self


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
    #: IMPORTS_PAUSED: whether no job is started.
    paused: bool
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
            device_files=read.service("DeviceFiles", Address.STORAGE),
            exchange=read.service("Exchange", Address.STORAGE, instead="DeviceFiles"),
            results=read.service("Results", Address.SERVICE_BUS),
            results_queue=environ.get("RESULTS_QUEUE") or "import-results",
            targets=read.targets("IMPORT_TARGETS"),
            default_target=environ.get("DEFAULT_TARGET") or None,
            start_patience=timedelta(seconds=read.seconds("START_PATIENCE_SECONDS", 180)),
            paused=environ.get("IMPORTS_PAUSED", "").lower() == "true",
            hub_ca_file=environ.get("HUB_CA_FILE") or None,
        )
        if settings.default_target not in {None, *settings.targets}:
            read.problems.append("DEFAULT_TARGET is none of the aliases in IMPORT_TARGETS")
        authority = environ.get("AZURE_AUTHORITY_HOST")
        if authority and not _AUTHORITY.fullmatch(authority):
            read.problems.append("AZURE_AUTHORITY_HOST is no authority of Microsoft's")
        if read.problems:
            raise SettingsError("; ".join(sorted(set(read.problems))))
        return settings


class _Reader:
    """Reads settings and remembers what is wrong, so that all of it can be said at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def service(self, name: str, address: Address, *, instead: str = "") -> Connection:
        """Read the connection of a service that leads to a host of Azure's, or to this machine."""
        read = self.connection(name, address, instead=instead)
        if instead and read == self.connection(instead, address):
            return read
        if read.connection_string:
            text = read.connection_string.get_secret_value()
            strange = not is_development_storage(text) and not self._leads_there(text, address)
        else:
            strange = bool(read.address) and not self._allowed(read.address, address)
        if strange:
            self.problems.append(f"{name} names a host that is no {_SERVICES[address]}")
        return read

    def _leads_there(self, text: str, address: Address) -> bool:
        """Tell whether all addresses in a connection string are of a service, or local."""
        found = blob_addresses(text) if address is Address.STORAGE else bus_addresses(text)
        allowed = (HOSTS[address].fullmatch(one) or _LOCAL_ADDRESS.fullmatch(one) for one in found)
        return bool(found) and all(allowed)

    def connection(
        self, name: str, address: Address, *, instead: str = "", usual: str = ""
    ) -> Connection:
        """Read a connection, or the one named `instead` if nothing is set for it.

        A service with a `usual` address has no connection strings.
        """
        given = self._environ.get
        if not usual and (text := given(name)):
            return Connection(SecretStr(text))
        if where := given(f"{name}__{address}") or usual:
            credential = given(f"{name}__credential", "").lower()
            if credential == LOCAL_CREDENTIAL and not self._is_local(where):
                self.problems.append(f"{name}__credential is for hosts on this machine only")
            return Connection(None, where, credential, given(f"{name}__clientId"))
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
        address, usual = _ADDRESSES[target.kind]
        connection = self.connection(target.connection, address, usual=usual)
        host = connection.address
        if connection.connection_string:
            parts = connection_parts(connection.connection_string)
            host = parts.get("HostName", "")
            if not all(map(parts.get, ("HostName", "SharedAccessKeyName", "SharedAccessKey"))):
                self.problems.append(f"{target.connection} is no connection string of a hub")
        if host and not self._allowed(host, address):
            self.problems.append(
                f"{target.connection} names a host that is no {_SERVICES[address]}"
            )
        hub_host = target.hub_host or _hub_host(target.resource, host)
        if target.hub_host and not self._allowed(hub_host, Address.IOT_HUB):
            self.problems.append("hub_host of a target is no IoT hub")
        return TargetSettings(
            kind=target.kind,
            connection=connection,
            host=host,
            strict=target.strict,
            storage_identity=target.storage_identity,
            devices_a_minute=OPERATIONS[target.tier] * target.units,
            device_limit=DEVICES[target.tier],
            resource=target.resource,
            hub_host=hub_host,
            overwrite=target.overwrite,
        )

    def _allowed(self, host: str, address: Address) -> bool:
        return bool(HOSTS[address].fullmatch(host)) or self._is_local(host)

    def _is_local(self, address: str) -> bool:
        """Tell whether an address is on this machine, and such addresses are allowed."""
        allowed = self._environ.get("ALLOW_LOCAL_HUBS", "").lower() == "true"
        host = address.removeprefix("https://").partition("/")[0]
        return allowed and bool(LOCAL_HOST.fullmatch(host))


def _hub_host(resource: str, management_host: str) -> str:
    """Return the host of a hub that is known by its Resource Manager id."""
    if not resource:
        return management_host
    domain = _HUB_DOMAINS.get(management_host, "azure-devices.net")
    return f"{resource.rpartition('/')[2].lower()}.{domain}"


def connection_parts(connection_string: SecretStr) -> Mapping[str, str]:
    """Split `Name=value;Name=value`; values may hold equals signs."""
    pairs = (part.partition("=") for part in connection_string.get_secret_value().split(";"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}
