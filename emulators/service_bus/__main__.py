"""Run the emulator as a process of its own: `python -m emulators.service_bus`."""

import argparse
import json
import logging
import signal
import sys
from pathlib import Path

from emulators.service_bus.config import DEFAULT_FILE, BadConfig, load
from emulators.service_bus.control import serve_control
from emulators.service_bus.server import serve


def main() -> None:
    """Print the ready line, then serve until a signal comes."""
    parser = argparse.ArgumentParser(prog="python -m emulators.service_bus", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="AMQP port (default: any free one)")
    parser.add_argument(
        "--config",
        type=Path,
        default=DEFAULT_FILE,
        help="entities, in the format of Microsoft's emulator (default: %(default)s)",
    )
    options = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(name)s: %(message)s")
    try:
        run(options.config, options.port)
    except (BadConfig, OSError) as error:
        sys.exit(str(error))


def run(config: Path, port: int) -> None:
    """Serve the entities of a configuration file until SIGTERM or SIGINT.

    Raises:
        BadConfig: The file asks for what is not emulated.
        OSError: There is no such file, or the port is taken.
    """
    signals = {signal.SIGTERM, signal.SIGINT}
    # Blocked before any thread starts, or a thread may take the signal away from sigwait.
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with serve(load(config), port) as bus, serve_control(bus) as control:
        ready = {"connection_string": bus.connection_string, "port": bus.port, "control": control}
        sys.stdout.write(f"READY {json.dumps(ready)}\n")
        sys.stdout.flush()
        signal.sigwait(signals)


if __name__ == "__main__":
    main()
