"""Run hubs as a process of its own: `python -m emulators.iot_hub --hub NAME --certs DIR`."""

import argparse
import json
import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from typing import Final

from emulators.iot_hub import certificate
from emulators.iot_hub.arm.contract import Contract
from emulators.iot_hub.arm.management import RETRY_AFTER, Management
from emulators.iot_hub.arm.server import RunningManagement
from emulators.iot_hub.arm.server import listen as listen_management
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.pace import Pace
from emulators.iot_hub.registry import DEFAULT_LIMIT
from emulators.iot_hub.server import listen


CONTRACT_HELP: Final = "how Resource Manager answers (default: as the api-version of each call)"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the ready line, then stay until a signal comes."""
    options = _parser().parse_args(arguments)
    _log_to_stderr()
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with _serving(options) as management:
        sys.stdout.write(f"READY {json.dumps(_ready(management))}\n")
        sys.stdout.flush()
        ended.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulators.iot_hub", description=__doc__)
    add = parser.add_argument
    add("--hub", action="append", required=True, metavar="NAME[:PORT]", help="may come repeatedly")
    add("--certs", type=Path, required=True, help="folder for the certificate and its ca.pem")
    add("--data", type=Path, help="folder that keeps registries and jobs (default: in memory)")
    add("--job-seconds", type=float, default=0, help="how long a job takes at least")
    add("--lines-per-second", type=float, help="how fast an import goes at most")
    add("--device-limit", type=int, default=DEFAULT_LIMIT, help="devices and modules a hub takes")
    add("--management-port", type=int, default=0, help="port of Resource Manager (default: any)")
    add("--management-contract", choices=list(Contract), type=Contract, help=CONTRACT_HELP)
    add("--management-retry-after", type=int, default=RETRY_AFTER, help="seconds between polls")
    return parser


@contextmanager
def _serving(options: argparse.Namespace) -> Iterator[RunningManagement]:
    """Serve every hub, and their management, on ports of their own with the same certificate."""
    if options.data:
        options.data.mkdir(parents=True, exist_ok=True)
    seconds: float = options.job_seconds
    pace = Pace(seconds / 4, seconds * 3 / 4, options.lines_per_second)
    files = certificate.make(options.certs)
    with ExitStack() as stack:
        hubs = []
        for name, _, port in (hub.partition(":") for hub in options.hub):
            hub = Hub(name, data=options.data, pace=pace, device_limit=options.device_limit)
            stack.enter_context(hub)
            hubs.append(stack.enter_context(listen(hub, int(port or 0), files)))
        management = Management(
            hubs, contract=options.management_contract, retry_after=options.management_retry_after
        )
        yield stack.enter_context(listen_management(management, options.management_port, files))


def _ready(running_management: RunningManagement) -> dict[str, object]:
    management = running_management.management
    return {
        "ca_file": str(running_management.ca_file.resolve()),
        "hubs": {
            running.hub.name: {
                "host": running.host,
                "base_url": running.base_url,
                "connection_string": running.connection_string,
            }
            for running in management.hubs.values()
        },
        "management": {
            "base_url": running_management.base_url,
            "subscription": management.subscription,
            "resource_group": management.resource_group,
        },
    }


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    # The storage SDK would log every request with its URL, uvicorn its own coming and going.
    for noisy in ("azure", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
