import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.__main__ import COMMANDS, app


ROOT = Path(__file__).parents[3]
#: Runs the command line as `python -m cli` does, then tells what it imported.
TELL_IMPORTS = """
import runpy, sys
try:
    runpy.run_module("cli", run_name="__main__")
finally:
    print("imported:", *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def test_the_help_names_every_command():
    """Each with what it does."""
    shown = CliRunner().invoke(app, ["--help"])
    assert shown.exit_code == 0
    for name in COMMANDS:
        assert f" {name} " in shown.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself(name: str):
    """It is found under its name, in the module that the table names."""
    shown = CliRunner().invoke(app, [name, "--help"])
    assert shown.exit_code == 0
    assert f"{name} [OPTIONS]" in shown.stdout


def test_another_name_is_no_command():
    """It ends with the exit code of a wrong call."""
    assert CliRunner().invoke(app, ["frobnicate"]).exit_code == 2


@pytest.mark.parametrize(
    "arguments", [["validate", str(ROOT / "samples/every-mode.devices.txt")], ["rules"]]
)
def test_validating_needs_no_azure_and_no_setting(arguments: list[str], tmp_path: Path):
    """No Azure SDK is imported, and the environment is empty but for the path of the modules."""
    ended = subprocess.run(  # noqa: S603 - this interpreter, a program from this file
        [sys.executable, "-c", TELL_IMPORTS, *arguments],
        env={"PYTHONPATH": os.pathsep.join(["", *sys.path, str(ROOT)])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = ended.stderr.partition("imported:")[2].split()
    assert "shared" in imported
    assert not {"azure", "emulators", "function_app", "azurefunctions"} & set(imported)
    assert list(tmp_path.iterdir()) == []
