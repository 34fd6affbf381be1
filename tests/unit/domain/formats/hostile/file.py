"""One hostile file, and how it must end."""

from dataclasses import dataclass

from shared.domain.formats.recognition import Kind


#: How a file ends in which there is nothing to import.
EMPTY = "empty_file"


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file.

    `ends` is the code of its refusal, of a rule that an entry of it breaks, or `EMPTY`. As many
    entries as `accepted` are good all the same.
    """

    content: bytes
    ends: str
    accepted: int = 0
    name: str = "devices.txt"
    kind: Kind = "devices"
