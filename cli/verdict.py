"""What a validation comes to, and how programs are told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cli.examples import Examples
from shared.domain.formats.format import FileRefused
from shared.domain.formats.recognition import Kind
from shared.domain.import_modes import MODES
from shared.domain.rules import RULES, Code, Severity, in_general
from shared.domain.tally import Tally


#: What `Traits.authentication` says where the hub makes the keys.
MADE_BY_HUB: Final = "keys made by the hub"
#: How lines are counted.
LINES: Final = ("total", "accepted", "rejected", "skipped")
_SEVERITIES: Final = list(Severity)
#: By what accepted entries are counted, for each kind of file; see `Traits`.
TRAITS: Final[Mapping[Kind, Mapping[str, str]]] = {
    "devices": {"importModes": "mode", "statuses": "status", "authentication": "authentication"},
    "intune": {"identifierTypes": "authentication"},
}
#: What entries are called that are no lines, by format.
_ENTRIES: Final = {"csv": "row", "json": "item"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one file."""

    file: str
    kind: Kind = "devices"
    #: Name of its format; empty if it was refused.
    format: str = ""
    tally: Tally = field(default_factory=Tally)
    examples: Examples = field(default_factory=Examples)
    #: Why it cannot be read, or not to its end.
    refusal: FileRefused | None = None

    @property
    def entry(self) -> str:
        """What an entry of the file is called."""
        return _ENTRIES.get(self.format, "line")

    @property
    def exit_code(self) -> int:
        """0 if all is good, 1 if some lines are rejected, 2 if there is nothing to import."""
        if self.refusal or not self.tally.accepted:
            return 2
        return 1 if self.tally.rejected else 0

    @property
    def findings(self) -> list[tuple[Code, int]]:
        """What was found and how often: errors, warnings, then notes, each by frequency."""
        found = sorted(self.tally.found.items(), key=lambda item: -item[1])
        return sorted(found, key=lambda item: _SEVERITIES.index(RULES[item[0]].severity))

    @property
    def asked(self) -> Mapping[str, Mapping[str, int]]:
        """What accepted entries ask for, by the names in `TRAITS`, and how often."""
        return {name: self.tally.by(trait) for name, trait in TRAITS[self.kind].items()}

    def new_keys(self, *effects: str) -> int:
        """Return for how many devices the hub would make keys, by what the lines do to them."""
        return sum(
            count
            for traits, count in self.tally.traits.items()
            if traits.authentication == MADE_BY_HUB and MODES[traits.mode].effect in effects
        )

    def as_json(self) -> Mapping[str, Any]:
        """Return everything, ready for JSON; the names are stable."""
        tally, refusal = self.tally, self.refusal
        return {
            "file": self.file,
            "kind": self.kind,
            "format": self.format,
            "exitCode": self.exit_code,
            "refusal": refusal and {"code": refusal.code, "message": refusal.text},
            "lines": {name: getattr(tally, name) for name in LINES},
            **{name: {} for traits in TRAITS.values() for name in traits},
            **self.asked,
            "effects": tally.effects(),
            "newKeys": {
                "created": self.new_keys("create"),
                "overwritten": self.new_keys("create_or_replace", "replace"),
            },
            "findings": [self._finding(code, count) for code, count in self.findings],
        }

    def _finding(self, code: Code, count: int) -> Mapping[str, Any]:
        rule = RULES[code]
        return {
            "code": code,
            "severity": rule.severity,
            "count": count,
            "field": rule.about,
            "rule": in_general(rule.says),
            "examples": self.examples.of(code),
        }
