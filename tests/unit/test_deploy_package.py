"""Guards what reaches Azure: a new entry at the top is either shipped or ignored on purpose."""

import ast
import re
import sys
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]
SHIPPED = {"function_app.py", "host.json", "requirements.txt", "shared"}
#: What the top packages of requirements.txt are called in code.
PROVIDED = {"azure", "azurefunctions", "pydantic", "pydantic_core", "urllib3"}


def _ignores(pattern: str, path: str) -> bool:
    """Match one line of .funcignore the way `func publish` does: anchored at the root.

    Not git's rules: `tests/` misses `tests/.x` and `test` misses `tests`. That is why the file
    names each entry as `/name`. Source: GitIgnoreParser.cs of azure-functions-core-tools.
    """
    regex = re.escape(pattern.removeprefix("/"))
    regex = regex.replace(r"\*\*", "(.+)").replace(r"\*", "([^/]+)")
    return re.match(rf"^({regex})\b", path, re.ASCII) is not None


def test_only_the_app_is_deployed():
    """Every entry at the top of the repository is shipped or named in .funcignore."""
    lines = (ROOT / ".funcignore").read_text().splitlines()
    left = {
        entry.name
        for entry in ROOT.iterdir()
        if entry.name not in {".git", ".vscode", ".funcignore", ".gitignore"}
        and not any(_ignores(line, entry.name) for line in lines if line)
    }
    assert left == SHIPPED


@pytest.mark.parametrize(
    "path",
    [*sorted((ROOT / "shared").rglob("*.py")), ROOT / "function_app.py"],
    ids=lambda path: path.name,
)
def test_the_app_imports_only_what_azure_installs(path: Path):
    """A development package that is imported by the app would stop all functions from indexing."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            top = name.partition(".")[0]
            assert top in {*sys.stdlib_module_names, "shared", *PROVIDED}
