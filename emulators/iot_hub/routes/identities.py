"""`/devices` and the modules below them: identities one by one, lists of them, statistics.

What a PUT may do hangs on If-Match alone, as seen on a live hub: without it the identity must be
new, with it the identity must exist. A DELETE always needs it.
"""

from typing import Any, Final

from emulators.iot_hub import import_modes, wire_shapes
from emulators.iot_hub.access import Right
from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.export_import_device import (
    DeviceStatus,
    ExportImportDevice,
    ImportMode,
    read_device,
)
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.identity import Identity
from emulators.iot_hub.routes.operation import Answer, Call, Operation, unreadable_body
from emulators.iot_hub.throttle import REGISTRY
from emulators.iot_hub.tier import EVERY, STANDARD
from emulators.iot_hub.typed_json import Unreadable


#: The most that `?top=` gets; also what any number outside 1 to 1000 stands for (Swagger).
MOST: Final = 1000


def _get(hub: Hub, call: Call) -> Answer:
    device_id, module_id = _key(hub, call)
    identity = hub.registry.find(device_id, module_id)
    if identity is None:
        code = ErrorCode.ModuleNotFound if module_id else ErrorCode.DeviceNotFound
        raise HubError(code, module_id or device_id)
    return _shown(identity)


def _put(hub: Hub, call: Call) -> Answer:
    device_id, module_id = _key(hub, call)
    wish = _wish(call, device_id, module_id)
    with hub.registry.transaction():
        import_modes.apply(hub.registry, wish)
        return _get(hub, call)


def _delete(hub: Hub, call: Call) -> Answer:
    device_id, module_id = _key(hub, call)
    if call.if_match is None:
        raise HubError(ErrorCode.PreconditionFailed, "Etag missing")
    mode = ImportMode.DELETE_IF_MATCH_ETAG
    with hub.registry.transaction():
        wish = ExportImportDevice(device_id, module_id, mode, call.if_match)
        import_modes.apply(hub.registry, wish)
    return Answer(status=204)


def _list_devices(hub: Hub, call: Call) -> Answer:
    asked = call.query.get("top", "")
    top = int(asked) if asked.isdecimal() and 1 <= int(asked) <= MOST else MOST
    devices = hub.registry.page("device", ("", ""), top)
    return Answer([wire_shapes.device(device) for device in devices])


def _list_modules(hub: Hub, call: Call) -> Answer:
    _check_device(hub, call)
    modules = hub.registry.modules(call.path["id"])
    return Answer([wire_shapes.module(module) for module in modules])


def _statistics(hub: Hub, _call: Call) -> Answer:
    counts = hub.registry.statistics()
    return Answer(
        {
            "totalDeviceCount": sum(counts),
            "enabledDeviceCount": counts.enabled,
            "disabledDeviceCount": counts.disabled,
        }
    )


def _key(hub: Hub, call: Call) -> tuple[str, str]:
    device_id = call.path["id"]
    if "mid" in call.path:
        _check_device(hub, call)
    return device_id, call.path.get("mid", "")


def _check_device(hub: Hub, call: Call) -> None:
    """Refuse a module whose device is missing.

    Raises:
        HubError: 404001; under a signature 401002, for a disabled device too. Seen on a live hub,
            whatever the policy.
    """
    device = hub.registry.find(call.path["id"])
    if call.is_signed and (device is None or device.status == DeviceStatus.DISABLED):
        raise HubError(ErrorCode.IotHubUnauthorizedAccess, "Unauthorized")
    if device is None:
        raise HubError(ErrorCode.DeviceNotFound, call.path["id"])


def _wish(call: Call, device_id: str, module_id: str) -> ExportImportDevice:
    """Read a body in the shape of `GET`, and what its If-Match says about it."""
    body: Any = call.json
    if not isinstance(body, dict) or body.get("deviceId", device_id) != device_id:
        raise HubError(ErrorCode.ArgumentInvalid, "The device ID of path and body differ")
    try:
        wish = read_device(body | {"id": device_id, "moduleId": module_id})
    except Unreadable as error:
        raise unreadable_body(error) from error
    mode = ImportMode.UPDATE_IF_MATCH_ETAG if call.if_match else ImportMode.CREATE
    return wish._replace(mode=mode, etag=call.if_match)


def _shown(identity: Identity) -> Answer:
    if identity.is_module:
        return Answer(wire_shapes.module(identity))
    return Answer(wire_shapes.device(identity), headers={"etag": f'"{identity.etag}"'})


_DEVICE: Final = "/devices/{id}"
_MODULE: Final = "/devices/{id}/modules/{mid}"

OPERATIONS: Final = (
    Operation("GET", "/devices", Right.REGISTRY_READ, _list_devices, REGISTRY),
    Operation("GET", "/statistics/devices", Right.REGISTRY_READ, _statistics, REGISTRY),
    Operation(
        "GET", "/devices/{id}/modules", Right.REGISTRY_READ, _list_modules, REGISTRY, STANDARD
    ),
    *(
        operation
        for path, tiers in ((_DEVICE, EVERY), (_MODULE, STANDARD))
        for operation in (
            Operation("GET", path, Right.REGISTRY_READ, _get, REGISTRY, tiers),
            Operation("PUT", path, Right.REGISTRY_WRITE, _put, REGISTRY, tiers),
            Operation("DELETE", path, Right.REGISTRY_WRITE, _delete, REGISTRY, tiers),
        )
    ),
)
