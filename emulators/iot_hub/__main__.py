"""Run hubs as a process of its own: `python -m emulators.iot_hub --hub NAME --certs DIR`."""

import argparse
import json
import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Event

from emulators.iot_hub import certificate, command_line
from emulators.iot_hub.arm.management import Management
from emulators.iot_hub.arm.server import RunningManagement
from emulators.iot_hub.arm.server import listen as listen_management
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.managed_identity import ManagedIdentities
from emulators.iot_hub.pace import Pace
from emulators.iot_hub.server import listen
from emulators.iot_hub.storage import Storage


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the ready line, then stay until a signal comes."""
    options = command_line.read(arguments)
    _log_to_stderr()
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with _serving(options) as management:
        sys.stdout.write(f"READY {json.dumps(_ready(management))}\n")
        sys.stdout.flush()
        ended.wait()


@contextmanager
def _serving(options: argparse.Namespace) -> Iterator[RunningManagement]:
    """Serve every hub, and their management, on ports of their own with the same certificate."""
    if options.data:
        options.data.mkdir(parents=True, exist_ok=True)
    files = certificate.make(options.certs)
    with ExitStack() as stack:
        hubs = []
        for name, _, port in (hub.partition(":") for hub in options.hub):
            hub = stack.enter_context(_hub(name, options))
            hubs.append(stack.enter_context(listen(hub, int(port or 0), files)))
        management = Management(
            hubs, contract=options.management_contract, retry_after=options.management_retry_after
        )
        yield stack.enter_context(listen_management(management, options.management_port, files))


def _hub(name: str, options: argparse.Namespace) -> Hub:
    seconds: float = options.job_seconds
    identities = ManagedIdentities(options.system_identity, frozenset(options.user_identity))
    return Hub(
        name,
        data=options.data,
        pace=Pace(seconds / 4, seconds * 3 / 4, options.lines_per_second),
        tier=options.tier,
        units=options.units,
        device_limit=options.device_limit,
        configuration_limit=options.configuration_limit,
        storage=Storage(identities, options.storage_ca),
    )


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
