"""The demo: the whole stack, three device files, three results, no Azure account."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Column, Table

from cli.connections import Connections
from cli.drop import drop_file
from cli.imports import active_imports
from cli.results import receive_results, show_result
from emulators.stack import Pace, ServiceDied, running


FOLDER: Final = Path(".local/demo")
SAMPLES: Final = Path(__file__).parents[1] / "samples"
TARGET: Final = "factory-a"
#: For the whole way of all three files; they take a few.
SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a sample file must come to."""

    what: str
    status: str
    applied: int


FILES: Final = {
    "dotnet-bulk-create.devices.txt": Expectation("1,000 good lines", "completed", 1000),
    "common-mistakes.devices.txt": Expectation("mostly mistakes", "completed", 4),
    "docs-example.devices.txt": Expectation("no good line", "rejected", 0),
}

_COLUMNS: Final = ("file", "state", "applied", "failed", "rejected")

type Results = dict[str, Mapping[str, Any]]


def demo() -> None:
    """Run the local stack, drop three sample files and show what becomes of them."""
    raise typer.Exit(0 if run_demo(Console()) else 1)


def run_demo(console: Console) -> bool:
    """Run it and tell whether all three files ended as expected."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    console.print("Starting Azurite, Service Bus, IoT Hub and the Functions host …")
    log: list[str] = []
    try:
        pace = Pace(job=1, poll=1, scan=0.5)
        with running(FOLDER, pace, lambda name, line: log.append(f"{name}: {line}")) as stack:
            console.print("All of it runs on this machine. Dropping three device files …")
            with Connections(stack.settings) as connections:
                results = _watch(console, connections)
                _save_reports(connections, results)
    except ServiceDied as death:
        console.print(f"[red]{death}[/]", highlight=False)
        return False
    finally:
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / "services.log").write_text("\n".join(log) + "\n")
    return _tell(console, results)


def _watch(console: Console, connections: Connections) -> Results:
    """Drop the files and show how far each is, until all results are there or time is over."""
    results: Results = {}
    for name in FILES:
        drop_file(connections, SAMPLES / name, TARGET)
    subscriber = Thread(target=_subscribe, args=[connections, results], daemon=True)
    subscriber.start()
    until = time.monotonic() + SECONDS
    with Live(console=console, refresh_per_second=8) as live:
        while subscriber.is_alive() and time.monotonic() < until:
            live.update(_progress(connections, results))
            Event().wait(0.3)
        live.update(_progress(connections, results))
    console.print()
    return results


def _subscribe(connections: Connections, results: Results) -> None:
    for result in receive_results(connections, wait=SECONDS):
        results[Path(result["file"]["name"]).name] = result
        if len(results) == len(FILES):
            return


def _progress(connections: Connections, results: Results) -> Table:
    states = {
        Path(record["source"]["name"]).name: record["state"]
        for record in active_imports(connections)
    }
    table = Table(*(Column(name, no_wrap=True) for name in _COLUMNS))
    for name, expected in FILES.items():
        result = results.get(name)
        counts = result["counts"] if result else {}
        numbers = (str(counts.get(key, "")) for key in ("applied", "failed", "rejected"))
        state = f"[bold]{result['status']}[/]" if result else states.get(name, "dropped")
        table.add_row(f"{name.partition('.')[0]}: {expected.what}", state, *numbers)
    return table


def _save_reports(connections: Connections, results: Results) -> None:
    """Keep the reports beyond the end of the stack that they lie in."""
    for name, result in results.items():
        folder = FOLDER / "reports" / name.partition(".")[0]
        folder.mkdir(parents=True)
        for address in result["reports"].values():
            container, import_id, file = address.rsplit("/", 3)[1:]
            blob = connections.storage.get_blob_client(container, f"{import_id}/{file}")
            (folder / file).write_bytes(blob.download_blob().readall())


def _tell(console: Console, results: Results) -> bool:
    """Show the messages and where the reports are; tell whether all is as expected."""
    for result in results.values():
        show_result(console, result)
    console.print(f"Reports, one line for each line of the files: {FOLDER / 'reports'}")
    wrong = [
        name
        for name, expected in FILES.items()
        if name not in results
        or results[name]["status"] != expected.status
        or results[name]["counts"]["applied"] != expected.applied
    ]
    for name in wrong:
        console.print(f"[red]{name} did not end as expected; see {FOLDER / 'services.log'}[/]")
    return not wrong
