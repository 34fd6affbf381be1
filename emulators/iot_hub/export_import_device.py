"""One line of a device file, or one item of a bulk call: the service's `ExportImportDevice`.

Source of names and values: the service's Swagger 2021-04-12 and `ExportImportDevice.cs`; enum
values go by their C# ordinals too.
"""

from enum import StrEnum
from typing import Any, Final, NamedTuple

from emulators.iot_hub import typed_json
from emulators.iot_hub.typed_json import (
    Document,
    choice,
    collection,
    fields,
    flag,
    nested,
    read_object,
    string,
    strings,
)


class ImportMode(StrEnum):
    """What to do with the identity; in the order of the C# enum."""

    CREATE_OR_UPDATE = "createOrUpdate"
    CREATE = "create"
    UPDATE = "update"
    UPDATE_IF_MATCH_ETAG = "updateIfMatchETag"
    CREATE_OR_UPDATE_IF_MATCH_ETAG = "createOrUpdateIfMatchETag"
    DELETE = "delete"
    DELETE_IF_MATCH_ETAG = "deleteIfMatchETag"
    UPDATE_TWIN = "updateTwin"
    UPDATE_TWIN_IF_MATCH_ETAG = "updateTwinIfMatchETag"


#: The modes that make an identity where there is none.
CREATING: Final = frozenset(
    {
        ImportMode.CREATE,
        ImportMode.CREATE_OR_UPDATE,
        ImportMode.CREATE_OR_UPDATE_IF_MATCH_ETAG,
    }
)


class DeviceStatus(StrEnum):
    """Whether the device may connect."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class AuthenticationType(StrEnum):
    """How the device proves who it is."""

    SAS = "sas"
    SELF_SIGNED = "selfSigned"
    CERTIFICATE_AUTHORITY = "certificateAuthority"
    NONE = "none"


class SymmetricKey(NamedTuple):
    """Two keys, base64; an empty string (the Node SDK sends them) counts as none."""

    primary: str = ""
    secondary: str = ""


class X509Thumbprint(NamedTuple):
    """Two thumbprints, hexadecimal; an empty string counts as none."""

    primary: str = ""
    secondary: str = ""


class Authentication(NamedTuple):
    """The credentials of a line."""

    type: AuthenticationType | None = None
    keys: SymmetricKey = SymmetricKey()
    thumbprints: X509Thumbprint = X509Thumbprint()


class Capabilities(NamedTuple):
    """What the device can do."""

    iot_edge: bool = False


class Properties(NamedTuple):
    """The sections of the twin that devices share. None means that the line does not say."""

    desired: Document | None = None
    reported: Document | None = None


class ExportImportDevice(NamedTuple):
    """What a line asks for. None means that the line does not say."""

    id: str
    module_id: str = ""
    mode: ImportMode = ImportMode.CREATE_OR_UPDATE
    etag: str | None = None
    status: DeviceStatus = DeviceStatus.ENABLED
    status_reason: str | None = None
    authentication: Authentication = Authentication()
    capabilities: Capabilities = Capabilities()
    device_scope: str | None = None
    parent_scopes: tuple[str, ...] = ()
    managed_by: str | None = None
    twin_etag: str | None = None
    tags: Document | None = None
    properties: Properties = Properties()

    @property
    def is_edge(self) -> bool:
        """Whether the line is about an edge device; a module is none, whatever it says."""
        return self.capabilities.iot_edge and not self.module_id


_DOTNET: Final = "System.Nullable`1[Microsoft.Azure.Devices.Cloud.{}]"
_KEYS: Final = fields(primaryKey=("primary", string), secondaryKey=("secondary", string))
_THUMBPRINTS: Final = fields(
    primaryThumbprint=("primary", string), secondaryThumbprint=("secondary", string)
)
_AUTHENTICATION: Final = fields(
    type=("type", choice(AuthenticationType, _DOTNET.format("AuthenticationType"))),
    symmetricKey=("keys", nested(_KEYS, SymmetricKey)),
    x509Thumbprint=("thumbprints", nested(_THUMBPRINTS, X509Thumbprint)),
)
_CAPABILITIES: Final = fields(iotEdge=("iot_edge", flag))
_PROPERTIES: Final = fields(desired=("desired", collection), reported=("reported", collection))
_DEVICE: Final = fields(
    id=("id", string),
    moduleId=("module_id", string),
    eTag=("etag", string),
    importMode=("mode", choice(ImportMode, _DOTNET.format("ImportMode"))),
    status=("status", choice(DeviceStatus, _DOTNET.format("DeviceStatus"))),
    statusReason=("status_reason", string),
    authentication=("authentication", nested(_AUTHENTICATION, Authentication)),
    capabilities=("capabilities", nested(_CAPABILITIES, Capabilities)),
    deviceScope=("device_scope", string),
    parentScopes=("parent_scopes", strings),
    managedBy=("managed_by", string),
    twinETag=("twin_etag", string),
    tags=("tags", collection),
    properties=("properties", nested(_PROPERTIES, Properties)),
)


def parse_line(line: str) -> ExportImportDevice:
    """Read one line of a device file; an import job wants a status on every one.

    Raises:
        Unreadable: The line cannot be read.
    """
    return read_device(typed_json.parse(line), required=("id", "status"))


def read_device(value: Any, required: tuple[str, ...] = ("id",)) -> ExportImportDevice:
    """Read one parsed object.

    Raises:
        Unreadable: A value does not fit, or a required one is missing.
    """
    return ExportImportDevice(**read_object(value, _DEVICE, required=required))
