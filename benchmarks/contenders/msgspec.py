"""msgspec accepts, our judge names the mistakes."""

from pathlib import Path
from typing import Annotated, Any, Literal, cast

import msgspec

from benchmarks.contenders.line_by_line import lines_of, run_line_by_line
from benchmarks.contenders.other_parser import judge_behind
from shared.domain.device_identity import TEXTS, WORDS, DeviceIdentity
from shared.domain.tally import Tally
from shared.domain.texts import Shape


def _pattern(path: str) -> msgspec.Meta:
    shapes = "|".join(cast("Shape", TEXTS[path]).shapes)
    return msgspec.Meta(pattern=rf"\A(?:{shapes})\Z")


type Identifier = Annotated[str, _pattern("id")]
type Key = Annotated[str, _pattern("authentication.symmetricKey.primaryKey")]
type Thumbprint = Annotated[str, _pattern("authentication.x509Thumbprint.primaryThumbprint")]
# mypy wants to see the words; they stand in the schema.
type ImportMode = Literal[*WORDS["importMode"]]  # type: ignore[valid-type]  # see above
type Status = Literal[*WORDS["status"]]  # type: ignore[valid-type]  # see above
type AuthenticationType = Literal[*WORDS["authentication.type"]]  # type: ignore[valid-type]  # ^


class _Exact(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """No other members than those."""


class SymmetricKey(_Exact):
    """Keys of a device that signs with them."""

    primary_key: Key | None = None
    secondary_key: Key | None = None


class X509Thumbprint(_Exact):
    """Thumbprints of a device with self-signed certificates."""

    primary_thumbprint: Thumbprint | None = None
    secondary_thumbprint: Thumbprint | None = None


class Authentication(_Exact):
    """How the device proves who it is."""

    type: AuthenticationType | None = None
    symmetric_key: SymmetricKey | None = None
    x509_thumbprint: X509Thumbprint | None = None


class Capabilities(_Exact):
    """What the device is able to be."""

    iot_edge: bool | None = None


class TwinProperties(_Exact):
    """The twin's properties."""

    desired: dict[str, Any] | None = None
    reported: dict[str, Any] | None = None


class Device(_Exact):
    """One line of a device file."""

    id: Identifier
    module_id: Identifier | None = None
    e_tag: str | None = None
    import_mode: ImportMode | None = None
    status: Status | None = None
    status_reason: Annotated[str, msgspec.Meta(max_length=128)] | None = None
    authentication: Authentication | None = None
    twin_e_tag: str | None = None
    tags: dict[str, Any] | None = None
    properties: TwinProperties | None = None
    capabilities: Capabilities | None = None
    device_scope: str | None = None
    parent_scopes: list[str] | None = None


_check = msgspec.json.Decoder(Device).decode
_members = msgspec.json.Decoder().decode


def accept(line: bytes) -> DeviceIdentity | None:
    """Return the members of a line that msgspec finds nothing wrong with."""
    try:
        _check(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return cast("DeviceIdentity", _members(line))


def run(source: Path, folder: Path) -> Tally:
    """Validate the file."""
    return run_line_by_line(judge_behind(accept), lines_of(source), folder)
