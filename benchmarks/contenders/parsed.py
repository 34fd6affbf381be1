"""What a limit tells: it parses and does not judge. Nothing of ours is imported for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Parsed:
    """How many lines could be parsed, and how many not."""

    accepted: int = 0
    rejected: int = 0
    skipped: int = 0
    found: Mapping[str, int] = field(default_factory=dict)
