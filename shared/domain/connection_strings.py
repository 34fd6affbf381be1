"""Where the connection strings of storage accounts and of Service Bus lead, read as the SDKs do.

Names are of any case there, and of two of a kind either may count. So all addresses are returned
that a string has, and whoever checks them checks them all.
"""

from collections.abc import Iterator
from typing import Final


_PUBLIC: Final = "core.windows.net"
#: Names of addresses, in lower case.
_OF_BLOBS: Final = frozenset({"blobendpoint", "blobsecondaryendpoint"})
_OF_A_BUS: Final = frozenset({"endpoint", "hostname"})


def blob_addresses(text: str) -> list[str]:
    """Return the addresses of Blob Storage in a connection string; none if there is none.

    Azurite on its usual port has none: `UseDevelopmentStorage=true` names it, and nothing else.
    """
    pairs = list(_pairs(text))
    given = [value for name, value in pairs if name in _OF_BLOBS]
    accounts = [value for name, value in pairs if name == "accountname"]
    suffixes = [value for name, value in pairs if name == "endpointsuffix"] or [_PUBLIC]
    protocols = [value for name, value in pairs if name == "defaultendpointsprotocol"]
    made = [
        f"{protocol}://{account}.blob.{suffix}"
        for protocol in protocols or ["https"]
        for account in accounts
        for suffix in suffixes
    ]
    return given or made


def bus_addresses(text: str) -> list[str]:
    """Return the addresses of namespaces in a connection string; none if there is none."""
    return [value for name, value in _pairs(text) if name in _OF_A_BUS]


def is_development_storage(text: str) -> bool:
    """Tell whether a connection string means Azurite on this machine."""
    return text.rstrip(";") == "UseDevelopmentStorage=true"


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split(";"):
        name, _, value = part.partition("=")
        yield name.strip().lower(), value
