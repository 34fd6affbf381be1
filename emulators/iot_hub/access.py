"""Who may do what: shared access policies, their signatures, and Entra ID tokens by shape."""

import base64
import binascii
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Flag, auto
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote

from emulators.iot_hub.errors import ErrorCode, HubError


#: Audience of a token for the scope https://iothubs.azure.net/.default (C# SDK, CommonConstants).
AUDIENCE: Final = "https://iothubs.azure.net"


class Right(Flag):
    """The permissions of Microsoft's page "Control access to IoT Hub with SAS"."""

    REGISTRY_READ = auto()
    REGISTRY_WRITE = auto()
    SERVICE_CONNECT = auto()
    DEVICE_CONNECT = auto()


@dataclass(frozen=True, slots=True)
class Policy:
    """A shared access policy: a key, base64, and what its holder may do."""

    key: str
    rights: Right


#: The five policies that every hub has from birth; the keys are published, so they are no secrets.
DEFAULT_POLICIES: Final[Mapping[str, Policy]] = MappingProxyType(
    {
        name: Policy(base64.b64encode(name.ljust(32, ".").encode()).decode(), rights)
        for name, rights in (
            ("iothubowner", ~Right(0)),
            ("service", Right.SERVICE_CONNECT),
            ("device", Right.DEVICE_CONNECT),
            ("registryRead", Right.REGISTRY_READ),
            ("registryReadWrite", Right.REGISTRY_READ | Right.REGISTRY_WRITE),
        )
    }
)


def authorize(header: str, host: str, needed: Right, policies: Mapping[str, Policy]) -> None:
    """Let the request pass, or not.

    Args:
        header: The Authorization header, empty when there was none.
        host: The Host header: what a signature must have been made for, with or without port.
        needed: All rights that the operation asks for.
        policies: The hub's policies by name.

    Raises:
        HubError: 401002. The service does not tell what was wrong either.
    """
    scheme, _, credentials = header.partition(" ")
    if scheme == "SharedAccessSignature":
        granted = _rights_of_signature(credentials, host, policies)
    else:
        granted = _rights_of_token(credentials) if scheme == "Bearer" else Right(0)
    if needed not in granted:
        raise HubError(ErrorCode.IotHubUnauthorizedAccess, "Unauthorized")


def _rights_of_signature(credentials: str, host: str, policies: Mapping[str, Policy]) -> Right:
    """Judge `sr=…&sig=…&se=…&skn=…`, in any order.

    What was signed is the text of `sr` as transmitted: Python's SDK quotes the colon before a
    port, Node's does not, and both are right.
    """
    fields = dict(field.partition("=")[::2] for field in credentials.split("&"))
    resource, expiry = fields.get("sr", ""), fields.get("se", "")
    policy = policies.get(fields.get("skn", ""))
    if policy is None or not _is_named(host, unquote(resource)) or _is_past(expiry):
        return Right(0)
    key = base64.b64decode(policy.key)
    signature = base64.b64encode(hmac.digest(key, f"{resource}\n{expiry}".encode(), "sha256"))
    claimed = unquote(fields.get("sig", ""))
    return policy.rights if hmac.compare_digest(signature, claimed.encode()) else Right(0)


def _is_named(host: str, resource: str) -> bool:
    return resource.lower() in {host.lower(), host.lower().partition(":")[0]}


def _is_past(expiry: str) -> bool:
    return not expiry.isdecimal() or int(expiry) <= time.time()


def _rights_of_token(token: str) -> Right:
    """Trust any token that looks like one for IoT Hub and has not expired."""
    claims = claims_of(token)
    expiry, audience = claims.get("exp"), str(claims.get("aud")).rstrip("/")
    alive = isinstance(expiry, int | float) and expiry > time.time()
    return ~Right(0) if alive and audience == AUDIENCE else Right(0)


def claims_of(token: str) -> Mapping[str, Any]:
    """Read what a JSON web token claims; of anything else, nothing. Signatures are not checked."""
    match token.split("."):
        case [_, payload, _]:
            return _decoded(payload)
        case _:
            return {}


def _decoded(payload: str) -> Mapping[str, Any]:
    try:
        padding = "=" * (-len(payload) % 4)
        claims = json.loads(base64.urlsafe_b64decode(payload + padding))
    except (binascii.Error, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
