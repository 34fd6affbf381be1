"""Drops device files."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.connections import Connections, SettingsFile, connected


def drop(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    target: Annotated[
        str, typer.Option(help="Alias of the target: the folder to drop into.")
    ] = "",
    settings: SettingsFile = None,
) -> None:
    """Put device files where the app takes them from."""
    console = Console()
    with connected(settings) as connections:
        for file in files:
            name = drop_file(connections, file, target)
            console.print(f"dropped [bold]{escape(name)}[/]")


def drop_file(connections: Connections, file: Path, target: str) -> str:
    """Upload a file into the folder of its target; return the blob's name.

    Without a target it goes to the top, where the default target takes it. A file of the same name
    is overwritten, which makes a new import.
    """
    name = f"{target}/{file.name}" if target else file.name
    container = connections.storage.get_container_client("device-files")
    with file.open("rb") as content:
        container.upload_blob(name, content, overwrite=True)
    return name
