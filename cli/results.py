"""Reads the result queue, as any subscriber would."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from cli.connections import Connections, SettingsFile, connected


_COLOURS: Final = {"completed": "green", "rejected": "red", "failed": "red"}
_COUNTS: Final = ("total", "accepted", "rejected", "skipped", "applied", "failed")
_SHOWN_ERRORS: Final = 3


def results(
    wait: Annotated[float, typer.Option(help="Seconds to wait for a message.")] = 5,
    settings: SettingsFile = None,
) -> None:
    """Take messages off the result queue and show them."""
    console = Console()
    with connected(settings) as connections:
        for result in receive_results(connections, wait):
            show_result(console, result)


def receive_results(connections: Connections, wait: float) -> Iterator[Mapping[str, Any]]:
    """Yield the data of each message and take it off the queue; end after `wait` quiet seconds."""
    receiver = connections.bus.get_queue_receiver(connections.results_queue, max_wait_time=wait)
    with receiver:
        for message in receiver:
            event = json.loads(str(message))
            yield event["data"]
            receiver.complete_message(message)


def show_result(console: Console, result: Mapping[str, Any]) -> None:
    """Print a result the way people look at it: what, how many, and the first errors."""
    status = result["status"]
    colour = _COLOURS.get(status, "yellow")
    title = f"[bold {colour}]{status}[/] {escape(result['file']['name'])}"
    console.print(Panel(_body(result), title=title, title_align="left", border_style=colour))


def _body(result: Mapping[str, Any]) -> Table:
    body = Table.grid(padding=(0, 1))
    body.add_row("import", result["importId"])
    body.add_row("lines", "  ".join(f"{name} {result['counts'][name]}" for name in _COUNTS))
    if result["reason"]:
        reason = result["reason"]
        body.add_row("reason", escape(f"{reason['code']}: {reason['text']}"))
    for error in result["sampleErrors"][:_SHOWN_ERRORS]:
        what = error["deviceId"] or ""
        said = f"{what} {error['code']}: {error['message']}".strip()
        body.add_row(f"line {error['line']}", escape(said))
    left = result["counts"]["rejected"] + result["counts"]["failed"] - _SHOWN_ERRORS
    if left > 0:
        body.add_row("", f"… and {left} more, all in the report")
    return body
