"""Rules about several fields of one line. Everything that is wrong is found, not only the first.

A rule takes the facts of a line and yields what it found, mostly nothing. It may look only at what
a learned pattern keeps (see `line_patterns`): which fields are there, words, null, and lengths.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from shared.domain.device_identity import DeviceIdentity
from shared.domain.finding import Finding
from shared.domain.import_modes import DEFAULT_MODE, MODES, Mode
from shared.domain.rules import Code


class Facts(NamedTuple):
    """What rules ask of a line, looked up once."""

    device: DeviceIdentity
    #: The import mode, given or not, and what it does.
    mode_name: str
    mode: Mode
    #: The authentication type, if it is given. A module's `none` becomes sas at the hub.
    kind: str | None
    #: The symmetric keys; an empty one is none.
    primary: str | None
    secondary: str | None
    thumbprints: tuple[str, ...]

    @property
    def makes_new_keys(self) -> bool:
        """Whether the hub makes keys for the device, in place of those that it may have."""
        given = self.primary or self.secondary or self.thumbprints
        return not given and self.kind in {None, "sas", "none"}


def facts_of(device: DeviceIdentity) -> Facts:
    """Look up what rules ask of a line."""
    mode_name = device.get("importMode") or DEFAULT_MODE
    authentication = device.get("authentication")
    if not authentication:
        return Facts(device, mode_name, MODES[mode_name], None, None, None, ())
    keys = authentication.get("symmetricKey") or {}
    prints = authentication.get("x509Thumbprint") or {}
    both = (prints.get("primaryThumbprint"), prints.get("secondaryThumbprint")) if prints else ()
    return Facts(
        device,
        mode_name,
        MODES[mode_name],
        authentication.get("type"),
        keys.get("primaryKey") or None,
        keys.get("secondaryKey") or None,
        tuple(filter(None, both)),
    )


type Rule = Callable[[Facts], Iterator[Finding]]

SHA1_DIGITS: Final = 40
#: Characters of ids that mean something else in addresses.
NEEDS_QUOTING: Final = re.compile("[#?%+]")
#: How every scope begins. Source: azure-iot-sdk-csharp PR#1885.
SCOPE: Final = "ms-azure-iot-edge://"

_KEYS: Final = "authentication.symmetricKey"
_THUMBPRINTS: Final = "authentication.x509Thumbprint"
#: What each authentication type does not carry. Source: RegistryManager.cs.
_REFUSES: Final = {
    None: (),
    "sas": (_THUMBPRINTS,),
    "selfSigned": (_KEYS,),
    "certificateAuthority": (_KEYS, _THUMBPRINTS),
    "none": (_KEYS, _THUMBPRINTS),
}
_CARRIES_NO: Final = {
    _KEYS: "carries no symmetric keys; remove them or change the type",
    _THUMBPRINTS: "carries no thumbprints; remove them or change the type",
}
_FOR_MODULES: Final = "is for modules; use sas, selfSigned or certificateAuthority"


def one_kind_of_authentication(facts: Facts) -> Iterator[Finding]:
    """Allow keys or thumbprints, never both, and only what the type carries."""
    given = {_KEYS: facts.primary or facts.secondary, _THUMBPRINTS: facts.thumbprints}
    if given[_KEYS] and given[_THUMBPRINTS]:
        yield Finding("authentication", Code.MIXED_AUTHENTICATION)
    for field in _REFUSES[facts.kind]:
        if given[field]:
            details = {"type": facts.kind, "problem": _CARRIES_NO[field]}
            yield Finding(field, Code.WRONG_AUTHENTICATION, details)
    if facts.kind == "none" and not facts.device.get("moduleId"):
        details = {"type": facts.kind, "problem": _FOR_MODULES}
        yield Finding("authentication.type", Code.WRONG_AUTHENTICATION, details)


def both_keys_or_neither(facts: Facts) -> Iterator[Finding]:
    """Refuse a single key, and warn of two that are the same."""
    if facts.primary and not facts.secondary:
        yield Finding(f"{_KEYS}.secondaryKey", Code.ONE_KEY_ONLY)
    elif facts.secondary and not facts.primary:
        yield Finding(f"{_KEYS}.primaryKey", Code.ONE_KEY_ONLY)
    elif facts.primary and facts.primary == facts.secondary:
        yield Finding(_KEYS, Code.EQUAL_KEYS)


def safe_thumbprints(facts: Facts) -> Iterator[Finding]:
    """Warn of thumbprints that are weak, unequal or not there at all."""
    lengths = set(map(len, facts.thumbprints))
    if SHA1_DIGITS in lengths:
        yield Finding(_THUMBPRINTS, Code.SHA1_THUMBPRINT)
    if len(lengths) > 1:
        yield Finding(_THUMBPRINTS, Code.UNEQUAL_THUMBPRINTS)
    if not lengths and facts.kind == "selfSigned":
        yield Finding(_THUMBPRINTS, Code.NO_THUMBPRINT)


def etag_where_the_mode_compares_it(facts: Facts) -> Iterator[Finding]:
    """Ask for the ETag that an *IfMatchETag mode compares, and warn of one that none does."""
    if field := facts.mode.etag_field:
        etag = facts.device.get(field)
        if not etag:
            yield Finding(field, Code.ETAG_MISSING, {"mode": facts.mode_name})
        elif etag[0] == '"':  # no slot holds a quotation mark
            yield Finding(field, Code.ETAG_QUOTED)
    if facts.mode_name == "create" and facts.device.get("eTag"):
        yield Finding("eTag", Code.ETAG_UNUSED)


def nothing_happens_unannounced(facts: Facts) -> Iterator[Finding]:
    """Warn of overwriting by default, of new keys, and of what an update empties or enables."""
    device, effect = facts.device, facts.mode.effect
    if not device.get("importMode"):
        yield Finding("importMode", Code.DEFAULT_MODE_OVERWRITES)
    if effect in {"replace", "create_or_replace"}:
        if facts.makes_new_keys:
            yield Finding("authentication", Code.NEW_KEYS)
        if not device.get("status") and not device.get("moduleId"):  # modules have no status
            yield Finding("status", Code.UPDATE_ENABLES)
    if effect == "write_twin":
        properties = device.get("properties") or {}
        if not (device.get("tags") or properties.get("desired")):
            yield Finding("tags", Code.NOTHING_TO_UPDATE, {"mode": facts.mode_name})


def plain_ids(facts: Facts) -> Iterator[Finding]:
    """Warn of ids that every address must quote."""
    if NEEDS_QUOTING.search(facts.device["id"]):
        yield Finding("id", Code.ID_NEEDS_QUOTING)
    if NEEDS_QUOTING.search(facts.device.get("moduleId") or ""):
        yield Finding("moduleId", Code.ID_NEEDS_QUOTING)


def what_belongs_to_the_device(facts: Facts) -> Iterator[Finding]:
    """Warn of reported properties."""
    properties = facts.device.get("properties")
    if properties and properties.get("reported"):
        yield Finding("properties.reported", Code.REPORTED_IGNORED)


def scopes_of_the_right_devices(facts: Facts) -> Iterator[Finding]:
    """Warn of scopes that are ignored, missing, or none.

    An edge device has a scope of its own and names its parent in `parentScopes`; a leaf names its
    parent in `deviceScope`. A learned pattern keeps how each of these texts begins.
    """
    device, effect = facts.device, facts.mode.effect
    scope, parents = device.get("deviceScope"), device.get("parentScopes")
    if (device.get("capabilities") or {}).get("iotEdge"):
        if scope and effect in {"create", "create_or_replace"}:
            yield Finding("deviceScope", Code.SCOPE_IGNORED)
        if not scope and effect == "replace":
            yield Finding("deviceScope", Code.SCOPE_MISSING)
    else:
        if parents and not scope:
            yield Finding("parentScopes", Code.PARENT_SCOPES_IGNORED)
        if scope and not scope.startswith(SCOPE):
            yield Finding("deviceScope", Code.UNUSUAL_SCOPE)
    if parents and not all(parent.startswith(SCOPE) for parent in parents):
        yield Finding("parentScopes", Code.UNUSUAL_SCOPE)


#: Every rule about several fields but those about the twin.
DEVICE_RULES: Final[tuple[Rule, ...]] = (
    one_kind_of_authentication,
    both_keys_or_neither,
    safe_thumbprints,
    etag_where_the_mode_compares_it,
    nothing_happens_unannounced,
    plain_ids,
    what_belongs_to_the_device,
    scopes_of_the_right_devices,
)


def device_findings(facts: Facts) -> list[Finding]:
    """Return everything that is wrong or dangerous between the fields of a line."""
    return [finding for rule in DEVICE_RULES for finding in rule(facts)]
