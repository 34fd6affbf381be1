"""Counts what became of the lines of a file, and what they ask for."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.block_judge import JudgedBlock
from shared.domain.device_line import Accepted, Judged, Order, Rejected, Traits
from shared.domain.import_modes import MODES
from shared.domain.rules import Code


@dataclass(slots=True)
class Tally:
    """Exact counts, whatever is kept in detail."""

    accepted: int = 0
    rejected: int = 0
    skipped: int = 0
    #: Rules that were broken, warnings and notes, by code.
    found: Counter[Code] = field(default_factory=Counter)
    #: Accepted lines by what they ask for.
    traits: Counter[Traits] = field(default_factory=Counter)
    #: Accepted lines and their bytes, with line feeds, by the order in which they must be sent.
    lines: Counter[Order] = field(default_factory=Counter)
    bytes: Counter[Order] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All lines."""
        return self.accepted + self.rejected + self.skipped

    def add_block(self, block: JudgedBlock) -> None:
        """Count a judged block, but for its `others`."""
        for order, lines in block.accepted.items():
            self.accepted += len(lines.keys)
            self.lines[order] += len(lines.keys)
            self.bytes[order] += len(lines.text)
        self.found.update(block.warned)
        self.traits.update(block.traits)

    def add(self, judged: Judged) -> None:
        """Count one of the others of a block, or an entry that came by itself."""
        match judged:
            case Accepted(text=text, order=order, traits=traits, warnings=warnings):
                self.accepted += 1
                self.lines[order] += 1
                self.bytes[order] += len(text) + 1
                self.traits[traits] += 1
                self.found.update(finding.code for finding in warnings)
            case Rejected(findings=findings):
                self.rejected += 1
                self.found.update(finding.code for finding in findings)
            case _:
                self.skipped += 1
                self.found[judged.note.finding.code] += 1

    def withdraw(self, accepted: Judged, rejected: Rejected) -> None:
        """Count an accepted line as rejected; what it was warned of stays counted."""
        if isinstance(accepted, Accepted):
            self.accepted -= 1
            self.lines[accepted.order] -= 1
            self.bytes[accepted.order] -= len(accepted.text) + 1
            self.traits[accepted.traits] -= 1
            self.traits = +self.traits
        self.add(rejected)

    def by(self, trait: str) -> Mapping[str, int]:
        """Return how many accepted lines have which mode, status or authentication."""
        counts: Counter[str] = Counter()
        for traits, count in self.traits.items():
            counts[getattr(traits, trait)] += count
        return counts

    def effects(self) -> Mapping[str, int]:
        """Return how many devices would be created, replaced, deleted, and so on."""
        counts: Counter[str] = Counter()
        for traits, count in self.traits.items():
            counts[MODES[traits.mode].effect] += count
        return counts
