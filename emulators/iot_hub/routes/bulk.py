"""`POST /devices`: up to 100 lines in one call, each applied or refused on its own.

Source: `BulkRegistryOperationResult` in the service's Swagger; status and header as the C# and
Python SDKs expect them. Unlike a job's lines, an item needs no status (recorded traffic). For
the throttle, each device is an operation (Microsoft's page on throttling).
"""

from typing import Any, Final

from emulators.iot_hub import import_modes
from emulators.iot_hub.access import Right
from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.export_import_device import ExportImportDevice, Properties, read_device
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.registry import Registry
from emulators.iot_hub.routes.operation import Answer, Call, Operation, unreadable_body
from emulators.iot_hub.throttle import REGISTRY
from emulators.iot_hub.typed_json import Unreadable


MOST_DEVICES: Final = 100
#: Header of a 400 whose body is a result and no error (C# SDK, `CommonConstants`).
FAILURE_HEADERS: Final = {"IotHubErrorCode": ErrorCode.BulkRegistryOperationFailure.name}


def _update(hub: Hub, call: Call) -> Answer:
    wishes = _wishes(call.json)
    hub.charge(REGISTRY, len(wishes))
    errors, warnings = [], []
    with hub.registry.transaction():
        for wish in wishes:
            loses_twin = hub.loses_twin(wish)
            if error := _apply(hub.registry, _without_twin(wish) if loses_twin else wish):
                errors.append(error)
            elif loses_twin:
                warnings.append(_warning(wish))
    result = {"isSuccessful": not errors, "errors": errors, "warnings": warnings}
    return Answer(result, 400, FAILURE_HEADERS) if errors else Answer(result)


def _wishes(body: Any) -> list[ExportImportDevice]:
    if not isinstance(body, list):
        raise HubError(ErrorCode.DeserializationError, "The body is not an array of devices")
    if len(body) > MOST_DEVICES:
        text = f"At most {MOST_DEVICES} devices may come in one call"
        raise HubError(ErrorCode.TooManyDevices, text)
    try:
        wishes = [read_device(item) for item in body]
    except Unreadable as error:
        raise unreadable_body(error) from error
    if len({(wish.id, wish.module_id) for wish in wishes}) < len(wishes):
        text = "A device is defined multiple times"
        raise HubError(ErrorCode.DeviceDefinedMultipleTimes, text)
    return wishes


def _apply(registry: Registry, wish: ExportImportDevice) -> dict[str, Any] | None:
    try:
        import_modes.apply(registry, wish)
    except HubError as error:
        return {
            "deviceId": wish.id,
            "errorCode": error.code.name,
            "errorStatus": error.text,
            "moduleId": wish.module_id or None,
            "operation": wish.mode,
        }
    return None


def _without_twin(wish: ExportImportDevice) -> ExportImportDevice:
    return wish._replace(tags=None, properties=Properties())


def _warning(wish: ExportImportDevice) -> dict[str, Any]:
    return {
        "deviceId": wish.id,
        "warningCode": "DeviceRegisteredWithoutTwin",
        "warningStatus": f"Device {wish.id} was registered without a twin",
    }


OPERATIONS: Final = (Operation("POST", "/devices", Right.REGISTRY_WRITE, _update),)
