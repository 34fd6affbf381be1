"""What each import mode does to a device. Source: ImportMode.cs, bulk identity how-to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal


#: What becomes of a device: new, replaced if it exists, replaced, only its twin written, deleted.
type Effect = Literal["create", "create_or_replace", "replace", "write_twin", "delete"]


@dataclass(frozen=True, slots=True)
class Mode:
    """One import mode."""

    effect: Effect
    #: The field whose ETag the hub compares, if it compares one.
    etag_field: Literal["eTag", "twinETag"] | None = None


#: The nine modes; a line without one means the first.
MODES: Final[Mapping[str, Mode]] = {
    "createOrUpdate": Mode("create_or_replace"),
    "createOrUpdateIfMatchETag": Mode("create_or_replace", "eTag"),
    "create": Mode("create"),
    "update": Mode("replace"),
    "updateIfMatchETag": Mode("replace", "eTag"),
    "updateTwin": Mode("write_twin"),
    "updateTwinIfMatchETag": Mode("write_twin", "twinETag"),
    "delete": Mode("delete"),
    "deleteIfMatchETag": Mode("delete", "eTag"),
}
DEFAULT_MODE: Final = "createOrUpdate"
