"""The identity registry of an IoT hub in memory: what bulk calls and looks at one device need.

It refuses what the hub refuses, and tells of each device that it writes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final


#: A device that the hub has already, so that it cannot be created.
TAKEN: Final = "taken-"
#: A device for which no job has room, and for which there is room.
FULL: Final = "full-"
_OTHER_KEYS: Final = {"type": "sas", "symmetricKey": {"primaryKey": "other", "secondaryKey": ""}}


@dataclass
class FakeRegistry:
    """Devices by their ids, as lines made them."""

    devices: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    #: Told of each device that a bulk call creates or replaces.
    watch: Callable[[str], None] = lambda _device_id: None

    def apply(self, lines: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
        """Apply the lines of a bulk call; return a `BulkRegistryOperationResult`."""
        errors = [self._refused(line["id"]) for line in lines if not self._apply(line)]
        return {"isSuccessful": not errors, "errors": errors, "warnings": []}

    def identity(self, device_id: str) -> Mapping[str, Any] | None:
        """Return a device as `GET /devices/{id}` shows it."""
        if device_id.startswith(TAKEN):
            return {"deviceId": device_id, "status": "enabled", "authentication": _OTHER_KEYS}
        line = self.devices.get(device_id)
        if line is None:
            return None
        authentication = line.get("authentication") or _OTHER_KEYS
        return {
            "deviceId": device_id,
            "status": line.get("status", "enabled"),
            "statusReason": None,
            "authentication": authentication,
            "capabilities": {"iotEdge": False},
        }

    def twin(self, device_id: str) -> Mapping[str, Any] | None:
        """Return a twin as `GET /twins/{id}` shows it."""
        line = self.devices.get(device_id)
        return line and {"deviceId": device_id, "tags": line.get("tags", {}), "properties": {}}

    def _apply(self, line: Mapping[str, Any]) -> bool:
        device_id, is_create = line["id"], line.get("importMode") == "create"
        if device_id.startswith(TAKEN) or (is_create and device_id in self.devices):
            return False
        self.devices[device_id] = line
        self.watch(device_id)
        return True

    def _refused(self, device_id: str) -> Mapping[str, Any]:
        return {
            "deviceId": device_id,
            "errorCode": "DeviceAlreadyExists",
            "errorStatus": "is there",
        }
