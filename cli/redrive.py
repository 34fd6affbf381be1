"""Imports device files once more that are in the container already."""

from typing import Annotated

import typer
from azure.core.exceptions import ResourceNotFoundError
from rich.console import Console
from rich.markup import escape

from cli.connections import Connections, SettingsFile, connected


def redrive(
    files: Annotated[list[str], typer.Argument(help="Names as in results: factory-a/x.csv.")],
    settings: SettingsFile = None,
) -> None:
    """Import files again as they lie there, after a rejection, a failure or a dead letter.

    Each becomes a new version of itself, so it is a new import; what the target has is compared
    by nobody, so mind files that were imported in part: their retry file has only the rest.
    """
    console = Console()
    missing = 0
    with connected(settings) as connections:
        for name in files:
            found = redrive_file(connections, name)
            missing += not found
            console.print(f"{'again' if found else 'not there'} [bold]{escape(name)}[/]")
    raise typer.Exit(1 if missing else 0)


def redrive_file(connections: Connections, name: str) -> bool:
    """Copy a file onto itself, which makes a new version and tells of it; False if it is gone."""
    blob = connections.storage.get_blob_client("device-files", name)
    try:
        blob.start_copy_from_url(blob.url)
    except ResourceNotFoundError:
        return False
    return True
