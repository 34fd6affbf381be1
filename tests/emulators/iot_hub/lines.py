"""Lines of device files for tests: a test names only what it is about."""

import json
from typing import Any

from emulators.iot_hub import import_modes
from emulators.iot_hub.export_import_device import ExportImportDevice, ImportMode, read_device
from emulators.iot_hub.identity import Identity
from emulators.iot_hub.registry import Registry


KEY_A = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="
KEY_B = "YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI="
THUMBPRINT = "DE89B7BBD215E7E47ECD372F61205712D71DD521"


def a_line(device_id: str = "d1", /, **fields: Any) -> str:
    """Return a line that says status and id, and what the test says."""
    return json.dumps({"id": device_id, "status": "enabled"} | fields)


def a_wish(device_id: str = "d1", /, **fields: Any) -> ExportImportDevice:
    """Return the same, read."""
    return read_device({"id": device_id, "status": "enabled"} | fields)


def a_configuration(configuration_id: str = "c1", /, **fields: Any) -> dict[str, Any]:
    """Return the body of a configuration for devices."""
    content = {"deviceContent": {"properties.desired.rate": 5}}
    return {"id": configuration_id, "content": content, "targetCondition": "*"} | fields


def create(registry: Registry, device_id: str = "d1", /, **fields: Any) -> Identity:
    """Create a device or module and return it."""
    wish = a_wish(device_id, **fields)._replace(mode=ImportMode.CREATE)
    import_modes.apply(registry, wish)
    return found(registry, device_id, wish.module_id)


def found(registry: Registry, device_id: str = "d1", module_id: str = "") -> Identity:
    """Return an identity that must be there."""
    identity = registry.find(device_id, module_id)
    assert identity is not None
    return identity
