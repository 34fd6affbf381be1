"""The enumeration of crashes is of all calls that the adapters make."""

import re
from pathlib import Path
from typing import Final

from tests.simulation.crashes import run
from tests.simulation.effects import named_calls
from tests.simulation.scenarios import SCENARIOS


DOCUMENTATION: Final = Path(__file__).parents[2] / "docs" / "reliability.md"


def test_the_scenarios_make_every_call_that_an_adapter_names():
    """A call of a new name needs a scenario that makes it."""
    made = {call.name for name in SCENARIOS for call in run(name, {})}
    assert made == named_calls()


def test_the_documentation_has_every_call():
    """And no other."""
    text = DOCUMENTATION.read_text(encoding="utf-8")
    section = text.partition("\n## The calls that the app makes\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    told = re.findall(r"`([a-z_]+\.[a-z_]+)`", " ".join(rows))
    assert sorted(told) == sorted(named_calls())


def test_the_names_are_read_from_the_sources():
    """Also those that are put together, and those that are passed on."""
    assert {"access.write", "document.create", "service.call", "result.send"} <= named_calls()
