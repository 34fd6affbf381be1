"""Rules about several fields of one line. Every rule that is broken is named, not only the first.

A rule is a generator over the parsed line that yields what is wrong as (field, code, message).
"""

from collections.abc import Callable, Iterator
from typing import Final

from shared.domain.device_identity import Authentication, DeviceIdentity
from shared.domain.violation import Code


type Finding = tuple[str, Code, str]
type Rule = Callable[[DeviceIdentity], Iterator[Finding]]

#: The field that must hold the ETag, by mode. Source: `RegistryManager.cs`, bulk identity how-to.
ETAG_FIELD: Final = {
    "updateIfMatchETag": "eTag",
    "createOrUpdateIfMatchETag": "eTag",
    "deleteIfMatchETag": "eTag",
    "updateTwinIfMatchETag": "twinETag",
}
#: What each authentication type may carry. Source: `RegistryManager.cs`, live observations.
CARRIES: Final = {
    "sas": {"symmetricKey"},
    "selfSigned": {"x509Thumbprint"},
    "certificateAuthority": set[str](),
    "none": set[str](),
}


def has_keys(authentication: Authentication) -> bool:
    """Tell whether symmetric keys are given; empty ones count as not given."""
    keys = authentication.get("symmetricKey") or {}
    return bool(keys.get("primaryKey") or keys.get("secondaryKey"))


def has_thumbprints(authentication: Authentication) -> bool:
    """Tell whether thumbprints are given."""
    thumbprints = authentication.get("x509Thumbprint") or {}
    return bool(thumbprints.get("primaryThumbprint") or thumbprints.get("secondaryThumbprint"))


def one_kind_of_authentication(device: DeviceIdentity) -> Iterator[Finding]:
    """Allow keys or thumbprints, never both, and only what the type carries.

    Source: `RegistryManager.cs`: a device cannot specify both symmetric keys and thumbprints.
    """
    authentication = device.get("authentication") or {}
    given = {
        kind
        for kind, is_given in (
            ("symmetricKey", has_keys(authentication)),
            ("x509Thumbprint", has_thumbprints(authentication)),
        )
        if is_given
    }
    if len(given) > 1:
        yield (
            "authentication",
            Code.MIXED_AUTHENTICATION,
            "has both symmetric keys and thumbprints; keep one of the two",
        )
    kind = authentication.get("type")
    for extra in sorted(given - CARRIES[kind]) if kind else ():
        yield (
            f"authentication.{extra}",
            Code.WRONG_AUTHENTICATION,
            f"type {kind} does not carry {extra}; remove it or change the type",
        )


def no_device_without_authentication(device: DeviceIdentity) -> Iterator[Finding]:
    """Refuse type `none` for devices; only modules may have it. Source: live observation."""
    authentication = device.get("authentication") or {}
    if authentication.get("type") == "none" and not device.get("moduleId"):
        yield (
            "authentication.type",
            Code.WRONG_AUTHENTICATION,
            "none is for modules; a device needs sas, selfSigned or certificateAuthority",
        )


def both_keys_or_neither(device: DeviceIdentity) -> Iterator[Finding]:
    """Refuse a single key. Source: `RegistryManager.cs`: both keys or neither one to generate."""
    keys = (device.get("authentication") or {}).get("symmetricKey") or {}
    if bool(keys.get("primaryKey")) != bool(keys.get("secondaryKey")):
        missing = "secondaryKey" if keys.get("primaryKey") else "primaryKey"
        yield (
            f"authentication.symmetricKey.{missing}",
            Code.ONE_KEY_ONLY,
            "is missing; give both keys, or neither to have the hub make them",
        )


def etag_where_the_mode_compares_it(device: DeviceIdentity) -> Iterator[Finding]:
    """Ask for the ETag that an *IfMatchETag mode compares. Source: `RegistryManager.cs`."""
    mode = device.get("importMode") or ""
    field = ETAG_FIELD.get(mode)
    if field and not device.get(field):
        yield field, Code.ETAG_MISSING, f"is missing; importMode {mode} compares it with the hub's"


#: Every rule about several fields.
RULES: Final[tuple[Rule, ...]] = (
    one_kind_of_authentication,
    no_device_without_authentication,
    both_keys_or_neither,
    etag_where_the_mode_compares_it,
)


def broken_rules(device: DeviceIdentity) -> list[Finding]:
    """Return everything that is wrong between the fields of a line."""
    return [finding for rule in RULES for finding in rule(device)]
