"""Writes the page about the rules, from the tables that the validator itself reads."""

import re
from collections.abc import Iterator
from typing import Final

from shared.domain.formats.refusals import REFUSALS
from shared.domain.rules import RULES, Severity, in_general


_INTRODUCTION: Final = """\
# Validation rules

Made by `python -m cli rules --markdown` from `shared/domain/rules.py` and
`shared/domain/formats/refusals.py`; a test keeps page and tables equal.

Codes are stable. A message begins behind the name of its field; `…` stands for what was found,
which is never a key or another secret. All rules that a line breaks are reported, not the first.
"""
_HEADINGS: Final = {
    Severity.ERROR: "Errors: the line is rejected",
    Severity.WARNING: "Warnings: the line goes on, but may not do what was meant",
    Severity.NOTE: "Notes: there is nothing to import, so the line is skipped",
}
_REFUSED: Final = "Refusals: the file is rejected as a whole"
#: What Markdown would take for markup in words.
_MARKUP: Final = re.compile(r"([\\`*_|<\[])")


def rules_page() -> str:
    """Return the page in Markdown."""
    return "\n".join((_INTRODUCTION, *map(_rules, Severity), _refusals()))


def _rules(severity: Severity) -> str:
    rows = (
        (code, rule.about, in_general(rule.says), rule.source)
        for code, rule in RULES.items()
        if rule.severity is severity
    )
    return _table(_HEADINGS[severity], ("code", "field", "what is said", "source"), rows)


def _refusals() -> str:
    rows = ((code, in_general(it.says), it.do) for code, it in REFUSALS.items())
    return _table(_REFUSED, ("code", "what is said", "what to do"), rows)


def _table(heading: str, columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = (
        f"| `{code}` | {' | '.join(_MARKUP.sub(r'\\\1', words) for words in texts)} |\n"
        for code, *texts in rows
    )
    rule = "|---" * len(columns)
    return f"## {heading}\n\n| {' | '.join(columns)} |\n{rule}|\n{''.join(lines)}"
