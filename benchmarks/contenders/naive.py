"""The straightforward way: `json.loads`, and a pydantic model with validators in Python."""

import base64
import json
import re
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.alias_generators import to_camel

from benchmarks.contenders.line_by_line import lines_of, run_line_by_line
from benchmarks.contenders.other_parser import judge_behind
from shared.domain.device_identity import DeviceIdentity
from shared.domain.import_modes import MODES
from shared.domain.tally import Tally
from shared.domain.texts import Respelled


STATUSES: Final = ("enabled", "disabled")
TYPES: Final = ("sas", "selfSigned", "certificateAuthority", "none")
KEY_BYTES: Final = range(16, 65)
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9\-:.+%_#*?!(),=@;$']{1,128}")
_THUMBPRINT: Final = re.compile(r"[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}")


def spelled(value: str | None, words: tuple[str, ...]) -> str | None:
    """Return a word as the hub spells it."""
    if value is None or value in words:
        return value
    for word in words:
        if word.lower() == value.lower():
            return Respelled(word)
    message = f"not one of {', '.join(words)}"
    raise ValueError(message)


class Model(BaseModel):
    """No other members than those of the hub, in its spelling."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


class SymmetricKey(Model):
    """Keys of a device that signs with them."""

    primary_key: str | None = None
    secondary_key: str | None = None

    @field_validator("primary_key", "secondary_key")
    @classmethod
    def is_base64(cls, key: str | None) -> str | None:
        """Ask for 16 to 64 bytes, or for an empty key, which is none."""
        if key and len(base64.b64decode(key, validate=True)) not in KEY_BYTES:
            message = "not 16 to 64 bytes"
            raise ValueError(message)
        return key


class X509Thumbprint(Model):
    """Thumbprints of a device with self-signed certificates."""

    primary_thumbprint: str | None = None
    secondary_thumbprint: str | None = None

    @field_validator("primary_thumbprint", "secondary_thumbprint")
    @classmethod
    def is_hexadecimal(cls, thumbprint: str | None) -> str | None:
        """Ask for a SHA-1 or a SHA-256."""
        if thumbprint is not None and not _THUMBPRINT.fullmatch(thumbprint):
            message = "neither a SHA-1 nor a SHA-256"
            raise ValueError(message)
        return thumbprint


class Authentication(Model):
    """How the device proves who it is."""

    type: str | None = None
    symmetric_key: SymmetricKey | None = None
    x509_thumbprint: X509Thumbprint | None = None

    @field_validator("type")
    @classmethod
    def is_a_type(cls, value: str | None) -> str | None:
        """Take the word in any case."""
        return spelled(value, TYPES)


class Capabilities(Model):
    """What the device is able to be."""

    iot_edge: bool | None = None


class TwinProperties(Model):
    """The twin's properties."""

    desired: dict[str, Any] | None = None
    reported: dict[str, Any] | None = None


class Device(Model):
    """One line of a device file."""

    id: str
    module_id: str | None = None
    e_tag: str | None = None
    import_mode: str | None = None
    status: str | None = None
    status_reason: str | None = Field(default=None, max_length=128)
    authentication: Authentication | None = None
    twin_e_tag: str | None = None
    tags: dict[str, Any] | None = None
    properties: TwinProperties | None = None
    capabilities: Capabilities | None = None
    device_scope: str | None = None
    parent_scopes: list[str] | None = None

    @field_validator("id", "module_id")
    @classmethod
    def is_an_identifier(cls, value: str | None) -> str | None:
        """Ask for 1 to 128 of the characters that the hub allows."""
        if value is not None and not _IDENTIFIER.fullmatch(value):
            message = "not 1 to 128 of the characters of an id"
            raise ValueError(message)
        return value

    @field_validator("import_mode")
    @classmethod
    def is_a_mode(cls, value: str | None) -> str | None:
        """Take the word in any case."""
        return spelled(value, tuple(MODES))

    @field_validator("status")
    @classmethod
    def is_a_status(cls, value: str | None) -> str | None:
        """Take the word in any case."""
        return spelled(value, STATUSES)


def accept(line: bytes) -> DeviceIdentity | None:
    """Return the members of a line that the model finds nothing wrong with."""
    try:
        device = Device.model_validate(json.loads(line))
    except (ValidationError, ValueError):
        return None
    return cast("DeviceIdentity", device.model_dump(by_alias=True, exclude_unset=True))


def run(source: Path, folder: Path) -> Tally:
    """Validate the file."""
    return run_line_by_line(judge_behind(accept), lines_of(source), folder)
