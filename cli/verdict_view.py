"""Shows a verdict to people: a summary, then what was found, by rule."""

from collections.abc import Iterator, Mapping
from typing import Final

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Column, Table
from rich.text import Text

from cli.verdict import LINES, Verdict
from shared.domain.import_modes import Effect
from shared.domain.rules import RULES, Code, Severity, in_general


COLOURS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_BY_EXIT_CODE: Final = {0: "green", 1: "yellow", 2: "red"}
#: What people call the names in `Verdict.asked`.
_ASKED: Final = {
    "importModes": "import modes",
    "statuses": "status",
    "authentication": "authentication",
    "identifierTypes": "identifiers",
}
#: What lines would do, by effect.
_WOULD: Final[Mapping[Effect, str]] = {
    "create": "create",
    "create_or_replace": "create or overwrite",
    "replace": "overwrite",
    "write_twin": "write the twin of",
    "delete": "delete",
}


def verdict_view(verdict: Verdict) -> RenderableType:
    """Return what is shown of a verdict."""
    colour = _BY_EXIT_CODE[verdict.exit_code]
    summary = Table.grid(padding=(0, 2))
    for name, value in _summary(verdict):
        summary.add_row(Text(name, "bold"), Text(value))
    title = Text(verdict.file, f"bold {colour}")
    panel = Panel(summary, title=title, title_align="left", border_style=colour)
    return Group(panel, _findings(verdict)) if verdict.findings else panel


def _summary(verdict: Verdict) -> Iterator[tuple[str, str]]:
    if verdict.refusal:
        yield "refused", f"{verdict.refusal.text} ({verdict.refusal.code})"
        return
    tally = verdict.tally
    yield "format", verdict.format
    yield f"{verdict.entry}s", _list({name: getattr(tally, name) for name in LINES})
    if not tally.accepted:
        yield "would", f"do nothing: no {verdict.entry} is good"
        return
    for name, counts in verdict.asked.items():
        yield _ASKED[name], _list(counts)
    if verdict.kind == "devices":
        yield from _effects(verdict)


def _effects(verdict: Verdict) -> Iterator[tuple[str, str]]:
    effects = verdict.tally.effects()
    would = {words: effects[name] for name, words in _WOULD.items() if name in effects}
    yield "would", _list(would)
    if created := verdict.new_keys("create"):
        yield "new keys", f"for {created:,} new devices, made by the hub"
    if overwritten := verdict.new_keys("create_or_replace", "replace"):
        yield "new keys", f"for {overwritten:,} devices, which lose those that they may have"


def _findings(verdict: Verdict) -> Table:
    table = Table("severity", Column("count", justify="right"), "rule, and where it was broken")
    previous = None
    for code, count in verdict.findings:
        severity = RULES[code].severity
        if severity is not previous:
            table.add_section()
        previous = severity
        name = Text(severity, COLOURS[severity])
        table.add_row(name, f"{count:,}", _explained(verdict, code))
    return table


def _explained(verdict: Verdict, code: Code) -> RenderableType:
    """Return a rule's code and words, and below them where it was broken first."""
    words = in_general(RULES[code].says)
    examples = Table.grid(padding=(0, 1))
    for example in verdict.examples.of(code):
        said = example["message"] if example["message"] != words else ""
        place = f"{verdict.entry} {example['line']}" if example["line"] else "file"
        examples.add_row(Text(place, "dim"), Text(f"{example['field']} {said}".strip(), "dim"))
    return Group(Text.assemble((code, "bold"), f": {words}"), examples)


def _list(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())
