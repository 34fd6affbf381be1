"""Run Graph as a process of its own: `python -m emulators.graph --certs DIR`."""

import argparse
import json
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from emulators.graph.budget import Budget
from emulators.graph.identifiers import as_sent, normalized
from emulators.graph.server import serve
from emulators.graph.tenant import RETRY_AFTER, Tenant


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the ready line, then serve until SIGTERM or SIGINT."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    signals = {signal.SIGTERM, signal.SIGINT}
    # Blocked before any thread starts, or a thread may take the signal away from sigwait.
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with serve(_tenant(options), options.port, options.certs) as running:
        ready = {"base_url": running.base_url, "ca_file": str(running.ca_file.resolve())}
        sys.stdout.write(f"READY {json.dumps(ready)}\n")
        sys.stdout.flush()
        signal.sigwait(signals)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulators.graph", description=__doc__)
    add = parser.add_argument
    add("--certs", type=Path, required=True, help="folder for the certificate and its ca.pem")
    add("--data", type=Path, help="folder that keeps the identities (default: in memory)")
    add("--port", type=int, default=0, help="where to listen (default: any free port)")
    add("--request-limit", type=int, help="requests that pass in 20 seconds (default: all)")
    add("--item-limit", type=int, help="items that one call may have (default: any number)")
    add("--retry-after", type=int, default=RETRY_AFTER, help="seconds that an ordered 429 says")
    add("--as-sent", action="store_true", help="keep the spelling of manufacturerModelSerial")
    return parser


def _tenant(options: argparse.Namespace) -> Tenant:
    if options.data:
        options.data.mkdir(parents=True, exist_ok=True)
    return Tenant(
        data=options.data,
        budget=Budget(options.request_limit) if options.request_limit else None,
        item_limit=options.item_limit,
        spelling=as_sent if options.as_sent else normalized,
        retry_after=options.retry_after,
    )


if __name__ == "__main__":
    main()
