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

from emulators.iot_hub import certificate
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.managed_identity import ManagedIdentities
from emulators.iot_hub.pace import Pace
from emulators.iot_hub.server import RunningHub, listen
from emulators.iot_hub.storage import Storage
from emulators.iot_hub.tier import Tier


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the ready line, then stay until a signal comes."""
    options = _options(arguments)
    _log_to_stderr()
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with _serving(options) as hubs:
        sys.stdout.write(f"READY {json.dumps(_ready(hubs))}\n")
        sys.stdout.flush()
        ended.wait()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line, or end the process with what is wrong with it."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.tier is None and options.units != 1:
        parser.error("--units needs --tier")
    try:
        if options.tier:
            options.tier.check_units(options.units)
    except ValueError as error:
        parser.error(str(error))
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulators.iot_hub", description=__doc__)
    add = parser.add_argument
    add("--hub", action="append", required=True, metavar="NAME[:PORT]", help="may come repeatedly")
    add("--certs", type=Path, required=True, help="folder for the certificate and its ca.pem")
    add("--data", type=Path, help="folder that keeps registries and jobs (default: in memory)")
    add("--job-seconds", type=float, default=0, help="how long a job takes at least")
    add("--lines-per-second", type=float, help="how fast an import goes at most")
    add(
        "--tier",
        type=Tier,
        choices=[*Tier],
        help="what to refuse and to throttle as (default: nothing)",
    )
    add("--units", type=int, default=1, help="how many units of the tier a hub has")
    add("--device-limit", type=int, help="devices and modules a hub takes (default: the tier's)")
    add("--configuration-limit", type=int, help="configurations a hub takes (default: the tier's)")
    add("--system-identity", action="store_true", help="hubs have an identity of their own")
    add("--user-identity", action="append", default=[], metavar="ID", help="may come repeatedly")
    add("--storage-ca", type=Path, metavar="FILE", help="who signed storage's certificate")
    return parser


@contextmanager
def _serving(options: argparse.Namespace) -> Iterator[list[RunningHub]]:
    """Serve every hub on a port of its own, all with the same certificate."""
    if options.data:
        options.data.mkdir(parents=True, exist_ok=True)
    seconds: float = options.job_seconds
    pace = Pace(seconds / 4, seconds * 3 / 4, options.lines_per_second)
    files = certificate.make(options.certs)
    identities = ManagedIdentities(options.system_identity, frozenset(options.user_identity))
    with ExitStack() as stack:
        hubs = []
        for name, _, port in (hub.partition(":") for hub in options.hub):
            hub = Hub(
                name,
                data=options.data,
                pace=pace,
                tier=options.tier,
                units=options.units,
                device_limit=options.device_limit,
                configuration_limit=options.configuration_limit,
                storage=Storage(identities, options.storage_ca),
            )
            stack.enter_context(hub)
            hubs.append(stack.enter_context(listen(hub, int(port or 0), files)))
        yield hubs


def _ready(hubs: list[RunningHub]) -> dict[str, object]:
    return {
        "ca_file": str(hubs[0].ca_file.resolve()),
        "hubs": {
            running.hub.name: {
                "host": running.host,
                "base_url": running.base_url,
                "connection_string": running.connection_string,
            }
            for running in hubs
        },
    }


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    # The storage SDK would log every request with its URL, uvicorn its own coming and going.
    for noisy in ("azure", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
