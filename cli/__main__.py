"""The command line: `python -m cli --help`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.connections import Connections, SettingsMissing
from cli.demo import run_demo
from cli.drop import drop_file
from cli.results import receive_results, show_result


app = typer.Typer(
    help="Drop device files and read what became of them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()

SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", help="App settings file; by default that of the running stack."),
]


@app.command()
def drop(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    target: Annotated[
        str, typer.Option(help="Alias of the target: the folder to drop into.")
    ] = "",
    settings: SettingsFile = None,
) -> None:
    """Put device files where the app takes them from."""
    with _connections(settings) as connections:
        for file in files:
            name = drop_file(connections, file, target)
            console.print(f"dropped [bold]{name}[/]")


@app.command()
def results(
    wait: Annotated[float, typer.Option(help="Seconds to wait for a message.")] = 5,
    settings: SettingsFile = None,
) -> None:
    """Take messages off the result queue and show them."""
    with _connections(settings) as connections:
        for result in receive_results(connections, wait):
            show_result(console, result)


@app.command()
def demo() -> None:
    """Run the local stack, drop three sample files and show what becomes of them."""
    raise typer.Exit(0 if run_demo(console) else 1)


def _connections(settings: Path | None) -> Connections:
    try:
        return Connections.from_settings(settings)
    except SettingsMissing as missing:
        console.print(f"[red]{missing}[/]")
        raise typer.Exit(2) from missing


if __name__ == "__main__":
    app()
