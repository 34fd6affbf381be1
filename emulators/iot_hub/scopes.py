"""Who is whose child: the scope that an edge device spans, and those that name it as parent.

Source: azure-iot-sdk-csharp#1885 and #2040 for who says what in which field; a live hub for what
happens when a device becomes an edge device or ceases to be one.
"""

from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.export_import_device import ExportImportDevice
from emulators.iot_hub.identity import Identity
from emulators.iot_hub.registry import Registry


def check_new(registry: Registry, wish: ExportImportDevice) -> None:
    """Refuse parents that are not edge devices of this hub.

    An edge device's own scope is made by the hub; what a new one brings along is ignored.

    Raises:
        HubError: 400004, several parents; 400028, no such parent.
    """
    parents = wish.parent_scopes if wish.is_edge else tuple(filter(None, (wish.device_scope,)))
    if len(parents) > 1:
        raise HubError(ErrorCode.ArgumentInvalid, "A device can have one parent only")
    for scope in parents:
        if not _is_of_a_parent(registry, wish, scope):
            raise HubError(ErrorCode.InvalidDeviceScope, f"Device scope {scope} is not valid")


def check_overwritten(registry: Registry, wish: ExportImportDevice, existing: Identity) -> None:
    """Refuse the same, and a change to an edge device's own scope; it must be repeated.

    Raises:
        HubError: 400004; 400028; 503001, the field for the own scope of a leaf that becomes an
            edge device still names its parent.
    """
    is_repeated = wish.device_scope == existing.device_scope
    if wish.is_edge and existing.iot_edge and not is_repeated:
        raise HubError(ErrorCode.ArgumentInvalid, "Device scope is immutable")
    if wish.is_edge and not existing.iot_edge and wish.device_scope and is_repeated:
        raise HubError(ErrorCode.ServiceUnavailable, "ServiceUnavailable")
    if wish.is_edge or not existing.iot_edge:
        check_new(registry, wish)


def _is_of_a_parent(registry: Registry, child: ExportImportDevice, scope: str) -> bool:
    device_id = scope.rpartition("/")[2].rpartition("-")[0]
    parent = registry.find(device_id)
    spans = parent is not None and parent.iot_edge and parent.device_scope == scope
    return spans and device_id != child.id
