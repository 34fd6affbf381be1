"""The command line: `python -m cli --help`.

A command is imported when it is called, so that validating offline needs no Azure SDK.
"""

from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command


#: The commands in the order of the help; each is the function of that name in that module.
COMMANDS: Final = {
    "validate": "cli.validate",
    "template": "cli.template",
    "rules": "cli.rules",
    "lifecycle": "cli.lifecycle",
    "drop": "cli.drop",
    "results": "cli.results",
    "redrive": "cli.redrive",
    "export": "cli.requests",
    "cancel": "cli.requests",
    "demo": "cli.demo",
}


class Commands(TyperGroup):
    """Knows its commands by name, and imports the one that is asked for."""

    def list_commands(self, _: Any) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, _: Any, cmd_name: str) -> Any:
        """Return a command, or None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        single = typer.Typer(add_completion=False)
        single.command(cmd_name)(getattr(import_module(COMMANDS[cmd_name]), cmd_name))
        return get_command(single)


app = typer.Typer(cls=Commands, add_completion=False, pretty_exceptions_enable=False)


@app.callback(no_args_is_help=True)
def main() -> None:
    """Validate device files, drop them, and read what became of them."""


if __name__ == "__main__":
    app()
