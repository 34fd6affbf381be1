"""What the host reads: app settings from local.settings.json, its own options from host.json."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel


CORES: Final = os.cpu_count() or 1
#: An app setting with this prefix overrides one value of host.json ("Override host.json values").
OVERRIDE: Final = "AzureFunctionsJobHost__"
TIME_SPAN: Final = re.compile(
    r"(?:(\d+)\.)?([01]?\d|2[0-3]):([0-5]?\d):([0-5]?\d)(?:\.(\d{1,6})\d?)?", re.ASCII
)


class SettingsRejected(Exception):
    """A file or setting cannot be used; the message says which and why."""


def time_span(text: str) -> timedelta:
    """Read .NET's `[d.]hh:mm:ss[.fffffff]`; raises ValueError for anything else."""
    if not (match := TIME_SPAN.fullmatch(text)):
        message = f"{text!r} is not a time span of the form hh:mm:ss"
        raise ValueError(message)
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[:4])
    fraction = int((match[5] or "").ljust(6, "0"))
    return timedelta(days, seconds, fraction, minutes=minutes, hours=hours)


type TimeSpan = Annotated[timedelta, BeforeValidator(lambda value: time_span(str(value)))]
type MessageEncoding = Annotated[
    Literal["base64", "none"], BeforeValidator(lambda value: str(value).lower())
]


class _Section(BaseModel):
    """A part of host.json; what the local host does not know it leaves alone."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel)


class QueueOptions(_Section):
    """`extensions.queues`; names, defaults and limits are those of QueuesOptions."""

    batch_size: int = Field(default=16, ge=1, le=32)
    new_batch_threshold: int = Field(
        default_factory=lambda values: values["batch_size"] // 2 * CORES, ge=0
    )
    #: Tries before a message goes to the poison queue.
    max_dequeue_count: int = Field(default=5, ge=1)
    #: How long a message stays hidden after its function failed.
    visibility_timeout: TimeSpan = timedelta(0)
    max_polling_interval: TimeSpan = Field(
        default=timedelta(minutes=1), ge=timedelta(milliseconds=100)
    )
    message_encoding: MessageEncoding = "base64"


class BlobOptions(_Section):
    """`extensions.blobs`; names and defaults are those of BlobsOptions."""

    max_degree_of_parallelism: int = Field(default=8 * CORES, ge=1)
    poison_blob_threshold: int = Field(default=5, ge=1)


class _Extensions(_Section):
    queues: QueueOptions = QueueOptions()
    blobs: BlobOptions = BlobOptions()


class HostOptions(_Section):
    """host.json, as far as the local host follows it."""

    version: str = Field(pattern=r"^2\.0$")
    extensions: _Extensions = _Extensions()


def read_host_options(path: Path, environ: Mapping[str, str]) -> HostOptions:
    """Read host.json and the app settings that override it; raises SettingsRejected."""
    content = _read_object(path)
    for name, value in environ.items():
        if name.startswith(OVERRIDE):
            _put(content, name.removeprefix(OVERRIDE).split("__"), value)
    try:
        return HostOptions.model_validate(content)
    except ValidationError as error:
        message = f"{path}: {'; '.join(_complaints(error))}"
        raise SettingsRejected(message) from error


def read_app_settings(path: Path) -> Mapping[str, str]:
    """Read `Values` of a local.settings.json; raises SettingsRejected."""
    content = _read_object(path)
    values = content.get("Values", {})
    if content.get("IsEncrypted"):
        message = f"{path} is encrypted: run `func settings decrypt`"
        raise SettingsRejected(message)
    if not isinstance(values, dict) or not all(isinstance(text, str) for text in values.values()):
        message = f"{path}: `Values` must map names to strings"
        raise SettingsRejected(message)
    return values


def _read_object(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {error}"
        raise SettingsRejected(message) from error
    if not isinstance(content, dict):
        message = f"{path} is not a JSON object"
        raise SettingsRejected(message)
    return content


def _put(content: dict[str, Any], keys: list[str], value: str) -> None:
    *sections, last = keys
    for section in sections:
        content = content.setdefault(section, {})
    content[last] = value


def _complaints(error: ValidationError) -> Iterator[str]:
    for problem in error.errors():
        yield f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
