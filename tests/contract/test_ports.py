"""Every port has a suite, and every suite has more than a fake."""

import ast
from pathlib import Path
from typing import is_protocol

import pytest

from shared import ports


HERE = Path(__file__).parent
#: The suite of each port, and what it runs on beside the fake.
SUITES = {
    ports.Clock: ("test_clock.py", "system"),
    ports.DeviceFiles: ("test_files.py", "azurite"),
    ports.Work: ("test_files.py", "azurite"),
    ports.Records: ("test_records.py", "azurite"),
    ports.Slots: ("test_slots.py", "azurite"),
    ports.LineErrors: ("test_line_errors.py", "sqlite"),
    ports.Scopes: ("test_scopes.py", "registry"),
    ports.MadeForAttempts: ("test_made_for_attempts.py", "azurite"),
    ports.Target: ("test_target.py", "data plane"),
    ports.Results: ("test_results.py", "emulator"),
}
#: What only holds the others together.
NO_PORT = {ports.Ports}


def params_of(suite: str) -> set[str]:
    """Return the texts that stand in a suite and the module of its targets."""
    sources = [HERE / suite, *([HERE / "targets.py"] if suite == "test_target.py" else [])]
    trees = (ast.parse(source.read_text()) for source in sources)
    constants = (
        node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)
    )
    return {node.value for node in constants if isinstance(node.value, str)}


def test_every_port_is_listed():
    """One that is added needs a suite."""
    known = {one for one in vars(ports).values() if isinstance(one, type) and is_protocol(one)}
    assert {one for one in known if one.__module__ == ports.__name__} - NO_PORT == SUITES.keys()


@pytest.mark.parametrize("suite", SUITES.values(), ids=[port.__name__ for port in SUITES])
def test_a_suite_runs_on_the_fake_and_on_what_it_stands_for(suite: tuple[str, str]):
    """A fake alone proves nothing, and the use cases are tried on the fake."""
    name, real = suite
    assert {"fake", real} <= params_of(name)
