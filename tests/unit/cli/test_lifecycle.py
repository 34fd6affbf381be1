import re
from pathlib import Path

from typer.testing import CliRunner

from cli.__main__ import app
from cli.lifecycle import diagram
from shared.domain.lifecycle import FINAL, STEPS, State


PAGE = Path(__file__).parents[3] / "docs" / "reliability.md"


def test_the_page_has_the_picture_of_the_table():
    """After a change of the table: put what `python -m cli lifecycle` prints in its place."""
    assert diagram() in PAGE.read_text()
    assert CliRunner().invoke(app, ["lifecycle"]).stdout == diagram()


def test_the_picture_has_every_step_and_no_other():
    """An arrow for each, one into the first state, and one out of each that is final."""
    drawn = set(re.findall(r"^ +(\S+) --> (\S+)$", diagram(), re.MULTILINE))
    steps = {(str(here), str(there)) for here, following in STEPS.items() for there in following}
    ends = {("[*]", str(State.RECEIVED)), *((str(state), "[*]") for state in FINAL)}
    assert drawn == steps | ends
