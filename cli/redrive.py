"""Tries once more what was given up: device files, and requests on queues."""

from typing import Annotated, Final

import typer
from azure.core.exceptions import ResourceNotFoundError
from rich.console import Console
from rich.markup import escape

from cli.connections import Connections, SettingsFile, connected
from cli.requests import send_request
from shared.domain.redaction import CUT


DEVICE_FILES: Final = "device-files"
#: Queues of what the app gave up, as results name them, and where each is tried once more.
QUEUES: Final = {
    f"{queue}-poison": queue for queue in ("start-tickets", "export-requests", "cancel-requests")
}


def redrive(
    names: Annotated[list[str], typer.Argument(help="Names as in results: factory-a/x.csv.")],
    container: Annotated[
        str,
        typer.Option(help=f"Container as in results: {DEVICE_FILES}, {', '.join(QUEUES)}."),
    ] = DEVICE_FILES,
    settings: SettingsFile = None,
) -> None:
    """Try again what was rejected, failed or became a dead letter.

    Each file becomes a new version of itself as it lies there, so it is a new import; what the
    target has is compared by nobody, so mind files that were imported in part: their retry file
    has only the rest. With the container of a dead letter, its name is the message, which is sent
    again.
    """
    if container != DEVICE_FILES and container not in QUEUES:
        message = f"use {DEVICE_FILES} or {' or '.join(QUEUES)}"
        raise typer.BadParameter(message)
    if container in QUEUES and any(name.endswith(CUT) for name in names):
        message = "a message that results show cut short cannot be sent again; request it anew"
        raise typer.BadParameter(message)
    console = Console()
    missing = 0
    with connected(settings) as connections:
        for name in names:
            found = redrive_one(connections, container, name)
            missing += not found
            console.print(f"{'again' if found else 'not there'} [bold]{escape(name)}[/]")
    raise typer.Exit(1 if missing else 0)


def redrive_one(connections: Connections, container: str, name: str) -> bool:
    """Try a file or a message again; False if there is no such file."""
    if container == DEVICE_FILES:
        return redrive_file(connections, name)
    send_request(connections, QUEUES[container], name)
    return True


def redrive_file(connections: Connections, name: str) -> bool:
    """Copy a file onto itself, which makes a new version and tells of it; False if it is gone."""
    blob = connections.storage.get_blob_client(DEVICE_FILES, name)
    try:
        blob.start_copy_from_url(blob.url)
    except ResourceNotFoundError:
        return False
    return True
