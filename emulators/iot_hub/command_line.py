"""The options of the process: `python -m emulators.iot_hub --help` lists them."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from emulators.iot_hub.arm.contract import Contract
from emulators.iot_hub.arm.management import RETRY_AFTER
from emulators.iot_hub.tier import Tier


DESCRIPTION: Final = "Run hubs and their management as a process of its own."
TIER_HELP: Final = "what to refuse and to throttle as (default: nothing)"
CONTRACT_HELP: Final = "how Resource Manager answers (default: as the api-version of each call)"


def read(arguments: Sequence[str] | None) -> argparse.Namespace:
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
    parser = argparse.ArgumentParser(prog="python -m emulators.iot_hub", description=DESCRIPTION)
    add = parser.add_argument
    add("--hub", action="append", required=True, metavar="NAME[:PORT]", help="may come repeatedly")
    add("--certs", type=Path, required=True, help="folder for the certificate and its ca.pem")
    add("--data", type=Path, help="folder that keeps what hubs hold (default: in memory)")
    add("--job-seconds", type=float, default=0, help="how long a job takes at least")
    add("--lines-per-second", type=float, help="how fast an import goes at most")
    add("--tier", choices=list(Tier), type=Tier, help=TIER_HELP)
    add("--units", type=int, default=1, help="how many units of the tier a hub has")
    add("--device-limit", type=int, help="devices and modules a hub takes (default: the tier's)")
    add("--configuration-limit", type=int, help="configurations a hub takes (default: the tier's)")
    add("--system-identity", action="store_true", help="hubs have an identity of their own")
    add("--user-identity", action="append", default=[], metavar="ID", help="may come repeatedly")
    add("--storage-ca", type=Path, metavar="FILE", help="who signed storage's certificate")
    add("--management-port", type=int, default=0, help="port of Resource Manager (default: any)")
    add("--management-contract", choices=list(Contract), type=Contract, help=CONTRACT_HELP)
    add("--management-retry-after", type=int, default=RETRY_AFTER, help="seconds between polls")
    return parser
