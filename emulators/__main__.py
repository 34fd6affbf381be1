"""Run the whole local stack: `python -m emulators up`."""

import argparse
import json
import re
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Final

from emulators.iot_hub.tier import Tier
from emulators.stack import Pace, RunningStack, ServiceDied, running


#: Where `up` keeps its files, beside the code. The command line looks here for the settings.
FOLDER: Final = Path(".local")

#: Lines that tell nothing new: each tick of the timer, and a hint of Microsoft's library.
_NOISE: Final = re.compile(r"poll_import_jobs (started|succeeded)|Auth level is not applied")
_TIME: Final = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ ")

_READY: Final = """
The local stack is running. These are its app settings, also in {settings}:

{values}

Drop a device file (the folder names the target: {targets}):
    .venv/bin/python -m cli drop samples/every-mode.devices.txt --target factory-a
Read the result queue:
    .venv/bin/python -m cli results
Run the same app with Core Tools instead of the host here:
    cp {settings} local.settings.json && func start
Resource Manager is at {base_url}, trusted with {hub_ca_file};
    the hubs are in subscription {subscription}, group {resource_group}.
Microsoft Graph is at {graph}, trusted with {graph_ca_file}.

Ctrl-C stops everything. What happens:
"""


def main() -> None:
    """Run until Ctrl-C; exit 1 if a service ends by itself."""
    parser = argparse.ArgumentParser(prog="python -m emulators", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="up")
    up = commands.add_parser("up", help="start everything and keep it running")
    up.add_argument("--job-seconds", type=float, default=3, help="an import job takes")
    up.add_argument("--poll-seconds", type=int, default=2, help="between two polls")
    up.add_argument("--tier", choices=list(Tier), help="of the hubs (default: without limits)")
    up.add_argument("--units", type=int, default=1, help="of the hubs' tier")
    options = parser.parse_args()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        _up(Pace(job=options.job_seconds, poll=options.poll_seconds), _hub_options(options), stop)
    except ServiceDied as death:
        sys.exit(f"\n{death}")


def _hub_options(options: argparse.Namespace) -> Sequence[str]:
    tier = ("--tier", options.tier) if options.tier else ()
    return (*tier, "--units", str(options.units))


def _up(pace: Pace, hub_options: Sequence[str], stop: Event) -> None:
    _say("Starting Azurite, Service Bus, IoT Hub, Graph and the Functions host …")
    with running(FOLDER, pace, _show, hub_options) as stack:
        _say(_ready(stack))
        stack.wait(stop)
        _say("Stopping …")


def _ready(stack: RunningStack) -> str:
    return _READY.format(
        settings=stack.settings_file,
        values=json.dumps(json.loads(stack.settings_file.read_text()), indent=2),
        targets=", ".join(json.loads(stack.settings["IMPORT_TARGETS"])),
        hub_ca_file=stack.settings["HUB_CA_FILE"],
        **stack.management,
        graph=stack.graph,
        graph_ca_file=stack.graph_ca_file,
    )


def _show(service: str, line: str) -> None:
    if not _NOISE.search(line):
        said = _TIME.sub("", line)
        _say(f"{datetime.now().astimezone():%H:%M:%S} {service:<15} {said}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
