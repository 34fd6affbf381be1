"""Shows the rules that device files must keep."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.rules_page import rules_page
from cli.verdict_view import COLOURS
from shared.domain.formats.refusals import REFUSALS
from shared.domain.rules import RULES, Severity, in_general


def rules(
    *,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the page docs/validation-rules.md.")
    ] = False,
) -> None:
    """Show every rule: its code, severity, words and source."""
    if markdown:
        typer.echo(rules_page(), nl=False)
    else:
        Console().print(_table())


def _table() -> Table:
    table = Table("severity", "rule")
    for severity in Severity:
        name = Text(severity, COLOURS[severity])
        for code, rule in RULES.items():
            if rule.severity is severity:
                words = f" {rule.about}\n{in_general(rule.says)}\n"
                table.add_row(name, Text.assemble((code, "bold"), words, (rule.source, "dim")))
        table.add_section()
    for reason, refusal in REFUSALS.items():
        words = f"\n{in_general(refusal.says)}\n{refusal.do}"
        table.add_row(Text("refused", "red"), Text.assemble((reason, "bold"), words))
    return table
