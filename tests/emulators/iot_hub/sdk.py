"""Microsoft's azure-iot-hub, unmodified, on a hub of the test's choice."""

from collections.abc import Mapping
from typing import Any

import pytest
from azure.iot.hub import IoTHubConfigurationManager, IoTHubJobManager, IoTHubRegistryManager
from azure.iot.hub.models import Configuration, ConfigurationContent
from azure.iot.hub.protocol.models import ExportImportDevice, JobProperties
from msrest.exceptions import HttpOperationError


def refusal(operation, *arguments, **named) -> tuple[int, str]:
    """Call what the hub must refuse; return the status and the name of the error."""
    with pytest.raises(HttpOperationError) as caught:
        operation(*arguments, **named)
    response = caught.value.response
    return response.status_code, response.headers["iothub-errorcode"]


def devices(*names: str, **fields: Any) -> list[ExportImportDevice]:
    """Return items of a bulk call."""
    return [
        ExportImportDevice(id=name, status="enabled", import_mode="createOrUpdate", **fields)
        for name in names
    ]


def configuration(name: str) -> Configuration:
    """Return a configuration for all devices."""
    content = ConfigurationContent(device_content={"properties.desired.rate": 5})
    return Configuration(id=name, content=content, target_condition="*")


def job(body: Mapping[str, str]) -> JobProperties:
    """Return the SDK's request for a job from a body of the REST API."""
    return JobProperties(
        type=body["type"],
        input_blob_container_uri=body.get("inputBlobContainerUri"),
        output_blob_container_uri=body["outputBlobContainerUri"],
        storage_authentication_type="keyBased",
    )


class Sdk:
    """The clients of the SDK. `REQUESTS_CA_BUNDLE` must name the hub's certificate."""

    def __init__(self, connection_string: str) -> None:
        self.registry = IoTHubRegistryManager.from_connection_string(connection_string)
        self.configurations = IoTHubConfigurationManager.from_connection_string(connection_string)
        self.jobs = IoTHubJobManager.from_connection_string(connection_string)
