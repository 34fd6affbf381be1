"""Puts requests on the queues that the app listens to."""

import json
from contextlib import suppress
from typing import Annotated

import typer
from azure.core.exceptions import ResourceExistsError
from azure.storage.queue import TextBase64EncodePolicy
from rich.console import Console
from rich.markup import escape

from cli.connections import Connections, SettingsFile, connected


def cancel(
    imports: Annotated[list[str], typer.Argument(help="Import ids, as in results.")],
    settings: SettingsFile = None,
) -> None:
    """Cancel imports or exports that have not ended.

    What waits ends at once. A running job is cancelled by its hub, and what it had done by then
    stays done. By Resource Manager jobs cannot be cancelled; the import's result says so.
    """
    console = Console()
    with connected(settings) as connections:
        for import_id in imports:
            send_request(connections, "cancel-requests", import_id)
            console.print(f"asked to cancel [bold]{escape(import_id)}[/]")


def export(
    target: Annotated[str, typer.Option(help="Alias of the target to export from.")],
    *,
    keys: Annotated[bool, typer.Option("--keys", help="With the keys of the devices.")] = False,
    configurations: Annotated[
        bool, typer.Option("--configurations", help="With a file of configurations.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """Export all devices of a target; the result has links to the files."""
    request = {"target": target, "keys": keys, "configurations": configurations}
    with connected(settings) as connections:
        send_request(connections, "export-requests", json.dumps(request))
    Console().print(f"asked to export [bold]{escape(target)}[/]; see: python -m cli results")


def send_request(connections: Connections, queue: str, text: str) -> None:
    """Put a message on a queue of the app's storage account, which is made if it is not there."""
    encoding = TextBase64EncodePolicy()  # as host.json says
    client = connections.queues.get_queue_client(queue, message_encode_policy=encoding)
    with suppress(ResourceExistsError):
        client.create_queue()
    client.send_message(text)
