"""Run an app as the Azure Functions host would: `python -m emulators.functions_host --app DIR`."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path
from typing import Final

from azure.core.exceptions import AzureError

from emulators.functions_host.bindings import BindingRejected
from emulators.functions_host.host import Host
from emulators.functions_host.listeners import Pace
from emulators.functions_host.settings import SettingsRejected, read_app_settings
from emulators.functions_host.worker import AppFailed


LEVELS: Final = ("debug", "info", "warning", "error")


class OneLine(logging.Formatter):
    """Keeps a record on one line, whatever is in it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record with its line breaks replaced."""
        return " | ".join(super().format(record).splitlines())


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    options = _options()
    _log_to_stderr(options.log_level)
    try:
        # What functions print is for people, too; stdout belongs to the ready line.
        with redirect_stdout(sys.stderr):
            asyncio.run(_run(options))
    except (AppFailed, SettingsRejected, BindingRejected, AzureError) as error:
        sys.exit(f"The host cannot run the app: {error}")
    logging.shutdown()
    os._exit(0)  # Python would wait for the threads of functions that did not end in time.


async def _run(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    _fill_environment(options.settings, options.app / "local.settings.json")
    pace = Pace(hidden=options.hidden_seconds, scan=options.scan_seconds)
    host = await Host.start(options.app, os.environ, pace)
    print(f"READY {json.dumps({'functions': host.triggers})}", file=sys.__stdout__, flush=True)
    await host.run(stop, options.grace_seconds)


def _fill_environment(chosen: Path | None, usual: Path) -> None:
    """Add the app settings. As with Core Tools, what is in the environment already goes first."""
    if chosen or usual.exists():
        for name, value in read_app_settings(chosen or usual).items():
            os.environ.setdefault(name, value)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m emulators.functions_host", description=__doc__
    )
    add = parser.add_argument
    add("--app", type=Path, required=True, help="folder with function_app.py and host.json")
    add("--settings", type=Path, help="app settings (default: local.settings.json of the app)")
    add(
        "--hidden-seconds", type=_seconds, default="600", help="message hidden while it is handled"
    )
    add("--scan-seconds", type=_seconds, default="2", help="between two looks into a container")
    add("--grace-seconds", type=_seconds, default="5", help="for running functions when stopping")
    add("--log-level", default="info", choices=LEVELS, help="debug shows stack traces")
    return parser.parse_args()


def _seconds(text: str) -> timedelta:
    return timedelta(seconds=float(text))


def _log_to_stderr(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    logging.getLogger("azure").setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
