"""Which identifiers Intune takes, and how it spells them.

Sources: Microsoft's page "Identify devices as corporate-owned" for periods in serial numbers,
three parts and the length of details; microsoft-graph-docs#14045 for an IMEI that must be a
number, of which a short one (666) was taken. What else is refused here is assumed.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from emulators.graph.identity import Device, IdentityType


#: Spells an identifier of three parts.
type Spelling = Callable[[str], str]

LONGEST_DESCRIPTION: Final = 128

#: 3GPP TS 23.003: 15 digits, 16 with the software version; Microsoft's example has 14.
_IMEI: Final = re.compile(r"[0-9]{1,16}")
#: Printable ASCII, but neither a period nor what separates the columns of a CSV file.
_SERIAL_NUMBER: Final = re.compile(r"[!-+\-/-~]+")
_PART: Final = r"[^,]*[^\W_][^,]*"
_MANUFACTURER_MODEL_SERIAL: Final = re.compile(f"{_PART},{_PART},{_PART}")

_TAKEN: Final[Mapping[IdentityType, re.Pattern[str]]] = {
    IdentityType.IMEI: _IMEI,
    IdentityType.SERIAL_NUMBER: _SERIAL_NUMBER,
    IdentityType.MANUFACTURER_MODEL_SERIAL: _MANUFACTURER_MODEL_SERIAL,
}


def normalized(identifier: str) -> str:
    """Keep letters, in upper case, digits, and the commas between the parts.

    So the admin center lists identifiers of three parts that were imported otherwise, and devices
    match them (seen in a tenant, August 2026).
    """
    return "".join(each for each in identifier.upper() if each.isalnum() or each == ",")


def as_sent(identifier: str) -> str:
    """Keep an identifier as it came: who did the above, the service or its page, is not known."""
    return identifier


def recognised(kind: IdentityType, identifier: str | None, spelling: Spelling) -> Device | None:
    """Return the device that an identifier stands for; None if Intune does not take it."""
    taken = _TAKEN.get(kind)
    if taken is None or identifier is None or not taken.fullmatch(identifier):
        return None
    if kind is IdentityType.MANUFACTURER_MODEL_SERIAL:
        identifier = spelling(identifier)
    return Device(kind, identifier)
