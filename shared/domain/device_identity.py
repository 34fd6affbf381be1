"""The schema of one line of a device file: IoT Hub's ExportImportDevice.

pydantic judges every single field here; rules about several fields are in `device_rules`. The
schema is a TypedDict with its constraints in pydantic's core, which costs a third of a model with
validators of its own.

Sources: service swagger `ExportImportDevice` (2021-04-12), `RegistryManager.cs` and
`ExportImportDevice.cs` of the C# service SDK, and the bulk identity management how-to for the nine
import modes.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, NotRequired, TypedDict

from pydantic import ConfigDict, GetCoreSchemaHandler, StringConstraints, TypeAdapter, with_config
from pydantic_core import CoreSchema, core_schema


IMPORT_MODES: Final = (
    "create",
    "createOrUpdate",
    "createOrUpdateIfMatchETag",
    "delete",
    "deleteIfMatchETag",
    "update",
    "updateIfMatchETag",
    "updateTwin",
    "updateTwinIfMatchETag",
)
STATUSES: Final = ("enabled", "disabled")
AUTHENTICATION_TYPES: Final = ("sas", "selfSigned", "certificateAuthority", "none")

#: `RegistryManager.cs` DeviceIdRegex; `;` and `:` are missing in older documents.
ID_PATTERN: Final = r"[A-Za-z0-9\-:.+%_#*?!(),=@;$']{1,128}"

_B: Final = "[A-Za-z0-9+/]"
#: Padded base64 of exactly 16 to 64 bytes.
KEY_PATTERN: Final = (
    f"(?:{_B}{{4}}){{5}}(?:"
    f"(?:{_B}{{4}}){{0,15}}(?:{_B}{{4}}|{_B}{{3}}=|{_B}{{2}}==)|(?:{_B}{{4}}){{16}}{_B}{{2}}==)"
)
#: SHA-1 or SHA-256 in hexadecimal, without colons.
THUMBPRINT_PATTERN: Final = r"(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})"

UNKNOWN_VALUE: Final = "unknown_value"  #: pydantic error type of a word that is none of `Word`'s


class Respelled(str):
    """A word in another case than the hub's. The type says that the line changed."""

    __slots__ = ()


class Word:
    """One of the hub's words, in any case; the value becomes the hub's own spelling."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __get_pydantic_core_schema__(
        self, source: type, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Accept the exact words first, in pydantic's core; only other spellings cost a call."""
        any_case = core_schema.chain_schema(
            [
                core_schema.str_schema(to_lower=True, strict=True),
                core_schema.literal_schema([word.lower() for word in self.words]),
                core_schema.no_info_plain_validator_function(self._respell),
            ]
        )
        return core_schema.union_schema(
            [core_schema.literal_schema(list(self.words)), any_case],
            mode="left_to_right",
            custom_error_type=UNKNOWN_VALUE,
            custom_error_message=f"not one of {', '.join(self.words)}",
        )

    @property
    def _respell(self) -> Callable[[str], Respelled]:
        spelling = {word.lower(): Respelled(word) for word in self.words}
        return spelling.__getitem__


Identifier = Annotated[str, StringConstraints(pattern=f"^{ID_PATTERN}$")]
#: An empty key counts as none: the Node SDK sends such keys to have them generated.
Key = Annotated[str, StringConstraints(pattern=f"^(?:{KEY_PATTERN})?$")]
Thumbprint = Annotated[str, StringConstraints(pattern=f"^{THUMBPRINT_PATTERN}$")]
Reason = Annotated[str, StringConstraints(max_length=128)]

_STRICT = ConfigDict(extra="forbid", strict=True, cache_strings="keys", allow_inf_nan=False)


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

    type: Annotated[str, Word(*AUTHENTICATION_TYPES)] | None
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
    eTag: NotRequired[str | None]
    importMode: NotRequired[Annotated[str, Word(*IMPORT_MODES)] | None]
    status: NotRequired[Annotated[str, Word(*STATUSES)] | None]
    statusReason: NotRequired[Reason | None]
    authentication: NotRequired[Authentication | None]
    twinETag: NotRequired[str | None]
    tags: NotRequired[dict[str, Any] | None]
    properties: NotRequired[TwinProperties | None]
    capabilities: NotRequired[Capabilities | None]
    deviceScope: NotRequired[str | None]
    parentScopes: NotRequired[list[str] | None]


#: The members an object may have, by its path; what is not a key here may hold anything.
MEMBERS: Final = {
    "": tuple(DeviceIdentity.__annotations__),
    "authentication": tuple(Authentication.__annotations__),
    "authentication.symmetricKey": tuple(SymmetricKey.__annotations__),
    "authentication.x509Thumbprint": tuple(X509Thumbprint.__annotations__),
    "capabilities": tuple(Capabilities.__annotations__),
    "properties": tuple(TwinProperties.__annotations__),
}
#: The words of the fields that take one of a few.
WORDS: Final[dict[str, Sequence[str]]] = {
    "importMode": IMPORT_MODES,
    "status": STATUSES,
    "authentication.type": AUTHENTICATION_TYPES,
}

#: Parses and judges the bytes of one line; raises pydantic's ValidationError.
parse_line: Final[Callable[[bytes], DeviceIdentity]] = TypeAdapter(
    DeviceIdentity
).validator.validate_json
