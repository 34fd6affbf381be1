"""What the hub refuses in an identity, with the words it was seen to use.

Source: `RegistryManager.cs` of the C# SDK for ids and the both-credentials text; a live hub for
keys, thumbprints and the type `none`; Microsoft's page on scaling for Basic tiers.
"""

import base64
import re
from collections.abc import Callable
from typing import Final, NoReturn

from emulators.iot_hub.errors import ErrorCode, HubError, not_in_tier
from emulators.iot_hub.export_import_device import (
    AuthenticationType,
    ExportImportDevice,
    ImportMode,
)
from emulators.iot_hub.tier import BASIC, Tier


STATUS_REASON_CHARACTERS: Final = 128
KEY_BYTES: Final = range(16, 65)

_DELETES: Final = frozenset({ImportMode.DELETE, ImportMode.DELETE_IF_MATCH_ETAG})
_OF_TWINS: Final = frozenset({ImportMode.UPDATE_TWIN, ImportMode.UPDATE_TWIN_IF_MATCH_ETAG})
_ID: Final = re.compile(r"[A-Za-z0-9\-:.+%_#*?!(),=@;$']{1,128}")
_THUMBPRINT: Final = re.compile(r"[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}")


def check_ids(wish: ExportImportDevice) -> None:
    """Refuse a malformed id, and any change to the hub's own modules.

    Raises:
        HubError: 400004 or 401100.
    """
    if not _ID.fullmatch(wish.id):
        _refuse(f"The device ID '{wish.id}' is not valid")
    if wish.module_id and not _ID.fullmatch(wish.module_id):
        _refuse(f"The module ID '{wish.module_id}' is not valid")
    if wish.module_id.startswith("$"):
        text = "Unauthorized to modify reserved module."
        raise HubError(ErrorCode.SystemModuleModifyUnauthorizedAccess, text)


def check_tier(wish: ExportImportDevice, tier: Tier | None) -> None:
    """Refuse what a hub of a Basic tier does not have: modules, twins and edge devices.

    Microsoft's page has modules in its table for Basic, but hubs refuse them
    (azure-docs.de-de#559).

    The empty sections of a twin that every export carries ask for nothing; neither does what
    stands beside the ids when a device is to go.

    Raises:
        HubError: 403010.
    """
    if tier in BASIC and (wish.module_id or _needs_standard(wish)):
        raise not_in_tier()


def _needs_standard(wish: ExportImportDevice) -> bool:
    if wish.mode in _DELETES:
        return False
    return wish.mode in _OF_TWINS or wish.is_edge or any((wish.tags, *wish.properties))


def check_identity(wish: ExportImportDevice) -> None:
    """Refuse what may not stand in an identity that is created or overwritten.

    Raises:
        HubError: 400004.
    """
    given = wish.authentication
    keys = [key for key in given.keys if key]
    prints = [text for text in given.thumbprints if text]
    for is_broken, text in _RULES:
        if is_broken(wish, keys, prints):
            _refuse(text.format(id=wish.id))


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) in KEY_BYTES
    except ValueError:
        return False


_TYPE: Final = AuthenticationType

#: What makes an identity impossible, judged by the line, its keys and its thumbprints.
_RULES: Final[
    tuple[tuple[Callable[[ExportImportDevice, list[str], list[str]], bool], str], ...]
] = (
    (
        lambda wish, _keys, _prints: len(wish.status_reason or "") > STATUS_REASON_CHARACTERS,
        f"The status reason of {{id}} has more than {STATUS_REASON_CHARACTERS} characters",
    ),
    (
        lambda wish, _keys, _prints: not wish.module_id and wish.authentication.type is _TYPE.NONE,
        "DeviceAuthenticationTypeIsMissing",
    ),
    (
        lambda _wish, keys, prints: bool(keys and prints),
        "Device {id} cannot specify both symmetric keys and thumbprints.",
    ),
    (
        lambda _wish, keys, _prints: len(keys) == 1,
        "Either no keys or both keys can be set",
    ),
    (
        lambda _wish, keys, _prints: not all(map(_is_key, keys)),
        "Invalid device key length",
    ),
    (
        lambda _wish, _keys, prints: not all(map(_THUMBPRINT.fullmatch, prints)),
        "StringIsNotThumbprint",
    ),
    (
        lambda wish, _keys, prints: bool(prints) and wish.authentication.type is _TYPE.SAS,
        "Device {id} has type sas and cannot have thumbprints",
    ),
    (
        lambda wish, keys, _prints: bool(keys) and wish.authentication.type is _TYPE.SELF_SIGNED,
        "Device {id} has type selfSigned and cannot have keys",
    ),
    (
        lambda wish, keys, prints: (
            bool(keys or prints) and wish.authentication.type is _TYPE.CERTIFICATE_AUTHORITY
        ),
        "Device {id} has type certificateAuthority and cannot have credentials of its own",
    ),
)


def _refuse(text: str) -> NoReturn:
    raise HubError(ErrorCode.ArgumentInvalid, text)
