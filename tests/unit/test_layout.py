"""Guards the shape of the code, so that it stays easy to find one's way in it."""

import ast
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path
    for folder in ("shared", "emulators", "cli", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if "node_modules" not in path.parts
)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short(path: Path):
    """No file is longer than 400 lines, and no function longer than 50."""
    text = path.read_text()
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 50, node.name


def test_one_name_from_trigger_to_test():
    """Each function has a use case and a test file of the same name."""
    tree = ast.parse((ROOT / "function_app.py").read_text())
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert functions
    for name in functions:
        assert (ROOT / f"shared/use_cases/{name}.py").exists()
        assert (ROOT / f"tests/unit/use_cases/test_{name}.py").exists()
