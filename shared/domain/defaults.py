"""What a sender may choose for a whole file, by metadata of the blob. Nothing else is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.domain.device_identity import WORDS
from shared.domain.finding import Finding
from shared.domain.redaction import redacted
from shared.domain.rules import Code


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for lines that do not say it themselves, and for the file."""

    import_mode: str | None = None
    status: str | None = None
    #: One bad line rejects the file, whatever the target says.
    strict: bool = False
    #: The file is validated and nothing is sent.
    dry_run: bool = False
    #: A warning for each name or value that is not known.
    unknown: tuple[Finding, ...] = ()


_TRUTH: Final = {"true": True, "false": False}
#: Each name of metadata with the field it sets, and the values it may have in lower case.
_CHOICES: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "importmode": ("import_mode", {word.lower(): word for word in WORDS["importMode"]}),
    "status": ("status", {word.lower(): word for word in WORDS["status"]}),
    "strict": ("strict", _TRUTH),
    "dryrun": ("dry_run", _TRUTH),
}


def readable(metadata: Mapping[str, str]) -> Mapping[str, str]:
    """Return metadata as it may be kept in a record: the values that are known choices.

    Of all others only the names are kept, to warn of them.
    """
    return {
        redacted(name, 80): redacted(value, 80) if name.lower() in _CHOICES else ""
        for name, value in metadata.items()
    }


def read_defaults(metadata: Mapping[str, str]) -> Defaults:
    """Return what the metadata of a blob chooses."""
    chosen: dict[str, Any] = {}
    unknown: list[Finding] = []
    for name, value in metadata.items():
        field, values = _CHOICES.get(name.lower(), ("", {}))
        if value.lower() in values:
            chosen[field] = values[value.lower()]
        else:
            known = ", ".join(values or _CHOICES)
            details = {"found": redacted(value if values else name, 40), "known": known}
            unknown.append(Finding(redacted(name, 40), Code.UNKNOWN_METADATA, details))
    return Defaults(**chosen, unknown=tuple(unknown))
