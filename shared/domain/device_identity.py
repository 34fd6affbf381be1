"""The schema of one line of a device file: IoT Hub's ExportImportDevice.

pydantic judges every single field here; rules about several fields are in `device_rules`. The
schema is a TypedDict with its constraints in pydantic's core, which costs a third of a model with
validators of its own.

Sources: service swagger `ExportImportDevice` (2021-04-12), `RegistryManager.cs` and
`ExportImportDevice.cs` of the C# service SDK, and the bulk identity management how-to.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import (
    Annotated,
    Any,
    Final,
    NotRequired,
    TypedDict,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from pydantic import ConfigDict, TypeAdapter, with_config

from shared.domain.import_modes import MODES
from shared.domain.texts import Free, Shape, Text, Word


#: `RegistryManager.cs` DeviceIdRegex. The first shape needs no quoting in addresses.
Identifier = Annotated[
    str, Shape(r"[A-Za-z0-9\-:._*!(),=@;$']{1,128}", r"[A-Za-z0-9\-:.+%_#*?!(),=@;$']{1,128}")
]


def _base64(size: int) -> str:
    """Return the shape of so many bytes in padded base64."""
    triples, rest = divmod(size, 3)
    digits = triples * 4 + (rest and rest + 1)
    return f"[A-Za-z0-9+/]{{{digits}}}{'=' * (-rest % 3 if rest else 0)}"


#: 16 to 64 bytes; an empty key counts as none (the Node SDK sends such keys to have them made).
Key = Annotated[str, Shape(*map(_base64, range(16, 65)), "")]
#: SHA-1 or SHA-256 in hexadecimal, without colons.
Thumbprint = Annotated[str, Shape("[0-9A-Fa-f]{40}", "[0-9A-Fa-f]{64}")]
ImportMode = Annotated[str, Word(*MODES)]
Status = Annotated[str, Word("enabled", "disabled")]
AuthenticationType = Annotated[str, Word("sas", "selfSigned", "certificateAuthority", "none")]
Reason = Annotated[str, Free(max_length=128)]
AnyText = Annotated[str, Free()]

_STRICT = ConfigDict(extra="forbid", strict=True, cache_strings="keys")


@with_config(_STRICT)
class SymmetricKey(TypedDict, total=False):
    """Keys of a device that signs with them."""

    primaryKey: Key | None
    secondaryKey: Key | None


@with_config(_STRICT)
class X509Thumbprint(TypedDict, total=False):
    """Thumbprints of a device with self-signed certificates."""

    primaryThumbprint: Thumbprint | None
    secondaryThumbprint: Thumbprint | None


@with_config(_STRICT)
class Authentication(TypedDict, total=False):
    """How the device proves who it is."""

    type: AuthenticationType | None
    symmetricKey: SymmetricKey | None
    x509Thumbprint: X509Thumbprint | None


@with_config(_STRICT)
class Capabilities(TypedDict, total=False):
    """What the device is able to be."""

    iotEdge: bool | None


@with_config(_STRICT)
class TwinProperties(TypedDict, total=False):
    """The twin's properties."""

    desired: dict[str, Any] | None
    reported: dict[str, Any] | None


@with_config(_STRICT)
class DeviceIdentity(TypedDict):
    """One line of a device file."""

    id: Identifier
    moduleId: NotRequired[Identifier | None]
    eTag: NotRequired[AnyText | None]
    importMode: NotRequired[ImportMode | None]
    status: NotRequired[Status | None]
    statusReason: NotRequired[Reason | None]
    authentication: NotRequired[Authentication | None]
    twinETag: NotRequired[AnyText | None]
    tags: NotRequired[dict[str, Any] | None]
    properties: NotRequired[TwinProperties | None]
    capabilities: NotRequired[Capabilities | None]
    deviceScope: NotRequired[AnyText | None]
    parentScopes: NotRequired[list[AnyText] | None]


#: Parses and judges the bytes of one line; raises pydantic's ValidationError.
parse_line: Final[Callable[[bytes], DeviceIdentity]] = TypeAdapter(
    DeviceIdentity
).validator.validate_json


def _fields(kind: type, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path of every member in the schema with its type, the optional taken off."""
    for name, declared in get_type_hints(kind, include_extras=True).items():
        bare = get_args(declared)[0] if get_origin(declared) is NotRequired else declared
        present = next((one for one in get_args(bare) if one is not type(None)), bare)
        member = present if get_origin(bare) is not Annotated else bare
        yield f"{path}{name}", member
        if is_typeddict(member):
            yield from _fields(member, f"{path}{name}.")


FIELDS: Final[Mapping[str, Any]] = dict(_fields(DeviceIdentity))
#: What each text field may hold, by its path.
TEXTS: Final[Mapping[str, Text]] = {
    path: get_args(kind)[1] for path, kind in FIELDS.items() if get_origin(kind) is Annotated
}
#: The same of texts in an array, by the array's path.
ITEMS: Final[Mapping[str, Text]] = {
    path: get_args(get_args(kind)[0])[1]
    for path, kind in FIELDS.items()
    if get_origin(kind) is list
}
#: The fields that take one of the hub's words.
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    path: text.words for path, text in TEXTS.items() if isinstance(text, Word)
}
#: The members an object may have, by its path; what is not a key here may hold anything.
MEMBERS: Final[dict[str, list[str]]] = {}
for _parent, _, _name in (path.rpartition(".") for path in FIELDS):
    MEMBERS.setdefault(_parent, []).append(_name)
