"""Bodies of importDevices and exportDevices, for the containers of an exchange."""

from typing import Any

from tests.emulators.iot_hub.exchange import Exchange


def an_import(exchange: Exchange, **changes: Any) -> dict[str, Any]:
    """Return the body that asks for an import."""
    return {
        "inputBlobContainerUri": exchange.uri(exchange.input, "r"),
        "outputBlobContainerUri": exchange.uri(exchange.output, "rwd"),
    } | changes


def an_export(exchange: Exchange, **changes: Any) -> dict[str, Any]:
    """Return the body that asks for an export."""
    uri = exchange.uri(exchange.output, "rwd")
    return {"exportBlobContainerUri": uri, "excludeKeys": False} | changes
