"""The names of all calls to services, as the adapters' sources have them."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final


ADAPTERS: Final = Path(__file__).parents[2] / "shared" / "adapters"


def named_calls() -> set[str]:
    """Return the names of all failpoints of the adapters."""
    return {
        name
        for path in ADAPTERS.glob("*.py")
        for name in _names(ast.parse(path.read_text(encoding="utf-8")))
    }


def _names(module: ast.Module) -> Iterator[str]:
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef):
            for call in _calls(function, "failpoint"):
                yield from _values(call.args[0], function, module)


def _calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name:
            yield node


def _values(name: ast.expr, function: ast.FunctionDef, module: ast.Module) -> Iterator[str]:
    """Yield what a name may be: what it says, or what the callers of its function pass first."""
    if isinstance(name, ast.Constant):
        yield str(name.value)
        return
    parameters = [one.arg for one in function.args.args if one.arg != "self"]
    for call in _calls(module, function.name):
        passed = ast.literal_eval(call.args[0])
        yield str(eval(ast.unparse(name), {parameters[0]: passed}))  # noqa: S307 - our own source
