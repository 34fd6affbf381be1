import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.__main__ import app
from cli.rules_page import rules_page
from shared.domain.formats.refusals import REFUSALS
from shared.domain.rules import RULES, Code


PAGE = Path(__file__).parents[3] / "docs" / "validation-rules.md"


def test_the_page_says_what_the_tables_say():
    """After a change of a rule: `python -m cli rules --markdown > docs/validation-rules.md`."""
    assert PAGE.read_text() == rules_page()


def test_the_page_is_what_the_command_prints():
    """So that the line above makes it."""
    assert CliRunner().invoke(app, ["rules", "--markdown"]).stdout == rules_page()


@pytest.mark.parametrize("code", [*RULES, *REFUSALS])
def test_a_rule_has_one_row(code: str):
    """With as many cells as there are columns, whatever its words."""
    (row,) = re.findall(rf"^\| `{code}` \|.*\|$", rules_page(), re.MULTILINE)
    cells = re.split(r"(?<!\\)\|", row)[1:-1]
    assert len(cells) == (4 if code in set(Code) else 3)
    assert all(cell.strip() for cell in cells)


def test_the_table_shows_every_rule():
    """With its severity, or that it refuses the file."""
    shown = CliRunner().invoke(app, ["rules"], env={"COLUMNS": "160"}).stdout
    assert set(re.findall(r"│ (?:error|warning|note|refused) +│ (\w+)", shown)) == {
        *RULES,
        *REFUSALS,
    }
