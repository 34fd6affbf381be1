"""The nine import modes: what a line does to an identity that exists, and to one that does not.

Source: Microsoft's page "Import and export IoT Hub device identities in bulk" and
`ImportMode.cs` of the C# SDK.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.export_import_device import ExportImportDevice, ImportMode
from emulators.iot_hub.identity import (
    SYSTEM_MODULES,
    Identity,
    new_identity,
    overwritten,
    system_modules,
    with_twin,
)
from emulators.iot_hub.identity_rules import check_identity, check_ids, check_tier
from emulators.iot_hub.registry import Registry
from emulators.iot_hub.scopes import check_new, check_overwritten
from emulators.iot_hub.twin_document import Section, checked
from emulators.iot_hub.typed_json import Document


MODULES_ON_A_DEVICE: Final = 50

type OnExisting = Callable[[Registry, ExportImportDevice, Identity], None]
type OnMissing = Callable[[Registry, ExportImportDevice], None]


def apply(registry: Registry, wish: ExportImportDevice) -> None:
    """Do what a line asks for.

    Raises:
        HubError: The line is refused. Only a twin's refused ETag leaves something done: the
            identity, because the service judges the two apart.
    """
    check_ids(wish)
    check_tier(wish, registry.tier)
    rule = _RULES[wish.mode]
    existing = registry.find(wish.id, wish.module_id)
    if existing is None:
        rule.missing(registry, wish)
    else:
        rule.exists(registry, wish, existing)


def _create(registry: Registry, wish: ExportImportDevice) -> None:
    check_identity(wish)
    _check_room(registry, 1 + wish.is_edge * len(SYSTEM_MODULES))
    if wish.module_id:
        _check_device(registry, wish)
    check_new(registry, wish)
    identity = _with_wished_twin(new_identity(wish), wish)
    registry.add(identity)
    if wish.is_edge:
        _toggle_system_modules(registry, identity)


def _overwrite(registry: Registry, wish: ExportImportDevice, existing: Identity) -> None:
    check_identity(wish)
    if wish.is_edge and not existing.iot_edge:
        _check_room(registry, len(SYSTEM_MODULES))
    check_overwritten(registry, wish, existing)
    identity = overwritten(existing, wish)
    # Made before anything is written, because it may be refused.
    identity_and_twin = _with_wished_twin(identity, wish)
    registry.replace(identity)
    if wish.is_edge != existing.iot_edge:
        _toggle_system_modules(registry, identity)
    if identity_and_twin is not identity:
        _check_etag(wish.twin_etag, existing.twin_etag)
        registry.replace(identity_and_twin)


def _overwrite_twin(registry: Registry, wish: ExportImportDevice, existing: Identity) -> None:
    registry.replace(_with_wished_twin(existing, wish))


def _delete(registry: Registry, _wish: ExportImportDevice, existing: Identity) -> None:
    registry.remove(existing)


def _refuse_existing(_: Registry, wish: ExportImportDevice, _existing: Identity) -> None:
    if wish.module_id:
        text = f"Device {wish.id} already contains Module {wish.module_id}."
        raise HubError(ErrorCode.ModuleAlreadyExistsOnDevice, text)
    text = f"A device with ID '{wish.id}' is already registered."
    raise HubError(ErrorCode.DeviceAlreadyExists, text)


def _refuse_missing(registry: Registry, wish: ExportImportDevice) -> None:
    if wish.module_id and registry.find(wish.id):
        raise HubError(ErrorCode.ModuleNotFound, wish.module_id)
    raise HubError(ErrorCode.DeviceNotFound, wish.id)


def _if_matches(action: OnExisting) -> OnExisting:
    """Compare the ETag first. A line without one is not compared (recorded traffic)."""

    def guarded(registry: Registry, wish: ExportImportDevice, existing: Identity) -> None:
        _check_etag(wish.etag, existing.etag)
        action(registry, wish, existing)

    return guarded


def _if_twin_matches(action: OnExisting) -> OnExisting:
    def guarded(registry: Registry, wish: ExportImportDevice, existing: Identity) -> None:
        _check_etag(wish.twin_etag, existing.twin_etag)
        action(registry, wish, existing)

    return guarded


def _check_etag(given: str | None, current: str) -> None:
    if given and given.strip('"') not in {current, "*"}:
        raise HubError(ErrorCode.PreconditionFailed, "PreconditionFailed")


def _check_room(registry: Registry, count: int) -> None:
    if len(registry) + count > registry.limit:
        text = "Total number of devices on IotHub exceeded the allocated quota."
        raise HubError(ErrorCode.IotHubQuotaExceeded, text)


def _check_device(registry: Registry, wish: ExportImportDevice) -> None:
    if registry.find(wish.id) is None:
        raise HubError(ErrorCode.DeviceNotFound, wish.id)
    if len(registry.modules(wish.id)) >= MODULES_ON_A_DEVICE:
        text = f"Device {wish.id} has {MODULES_ON_A_DEVICE} modules already"
        raise HubError(ErrorCode.TooManyModulesOnDevice, text)


def _toggle_system_modules(registry: Registry, device: Identity) -> None:
    """Add the hub's own modules to a device that became an edge device, else take them away."""
    change = registry.add if device.iot_edge else registry.remove
    for module in system_modules(device):
        change(module)


def _with_wished_twin(identity: Identity, wish: ExportImportDevice) -> Identity:
    sections: dict[Section, Document | None] = {
        "tags": wish.tags,
        "desired": wish.properties.desired,
        "reported": wish.properties.reported,
    }
    given = {
        name: checked(name, section) for name, section in sections.items() if section is not None
    }
    return with_twin(identity, **given) if given else identity


@dataclass(frozen=True, slots=True)
class _Rule:
    exists: OnExisting
    missing: OnMissing


_RULES: Final[Mapping[ImportMode, _Rule]] = MappingProxyType(
    {
        ImportMode.CREATE_OR_UPDATE: _Rule(_overwrite, _create),
        ImportMode.CREATE: _Rule(_refuse_existing, _create),
        ImportMode.UPDATE: _Rule(_overwrite, _refuse_missing),
        ImportMode.UPDATE_IF_MATCH_ETAG: _Rule(_if_matches(_overwrite), _refuse_missing),
        ImportMode.CREATE_OR_UPDATE_IF_MATCH_ETAG: _Rule(_if_matches(_overwrite), _create),
        ImportMode.DELETE: _Rule(_delete, _refuse_missing),
        ImportMode.DELETE_IF_MATCH_ETAG: _Rule(_if_matches(_delete), _refuse_missing),
        ImportMode.UPDATE_TWIN: _Rule(_overwrite_twin, _refuse_missing),
        ImportMode.UPDATE_TWIN_IF_MATCH_ETAG: _Rule(
            _if_twin_matches(_overwrite_twin), _refuse_missing
        ),
    }
)
