"""Bodies of importDevices and exportDevices, read into the job that the hub itself knows.

Source: the Swaggers of 2016-02-03 and 2023-06-30 for the names and what is required; names match
in any case and unknown ones are passed over, as Json.NET does it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from emulators.iot_hub.arm.contract import Contract
from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.job import JobRequest, JobType
from emulators.iot_hub.routes.operation import unreadable_body
from emulators.iot_hub.typed_json import Unreadable


_STORAGE: Final = {
    "authenticationType": "storageAuthenticationType",
    "identity": "identity",
    "includeConfigurations": "includeConfigurations",
    "configurationsBlobName": "configurationsBlobName",
}
_IMPORT: Final = {
    "inputBlobContainerUri": "inputBlobContainerUri",
    "outputBlobContainerUri": "outputBlobContainerUri",
}
_EXPORT: Final = {
    "exportBlobContainerUri": "outputBlobContainerUri",
    "excludeKeys": "excludeKeysInExport",
}
#: What a body must have, by its name here and its name in the hub's `JobProperties`.
REQUIRED: Final = {JobType.IMPORT: _IMPORT, JobType.EXPORT: _EXPORT}
#: What a body may have, in the same way. The page of 2016-02-03 writes the name of an import's
#: output as `"exportBlobContainerUri "`, with a blank.
NAMES: Final = {
    (JobType.IMPORT, Contract.CURRENT): _IMPORT
    | {"inputBlobName": "inputBlobName", "outputBlobName": "outputBlobName"}
    | _STORAGE,
    (JobType.EXPORT, Contract.CURRENT): _EXPORT | {"exportBlobName": "outputBlobName"} | _STORAGE,
    (JobType.IMPORT, Contract.OF_2016): _IMPORT
    | dict.fromkeys(
        ("exportBlobContainerUri", "exportBlobContainerUri "), "outputBlobContainerUri"
    ),
    (JobType.EXPORT, Contract.OF_2016): _EXPORT,
}


def read(kind: JobType, body: Any, names: Contract) -> JobRequest:
    """Read a body whose names are those of a contract.

    Raises:
        HubError: 400004, something required is missing; 400012, a value does not fit its name.
    """
    properties = _translated(body, NAMES[kind, names])
    for name, meant in REQUIRED[kind].items():
        if meant not in properties:
            raise HubError(ErrorCode.ArgumentInvalid, f"The parameter {name} is required")
    try:
        request = JobRequest.read({"type": kind} | properties)
    except Unreadable as error:
        raise unreadable_body(error) from error
    # For an import the hub's own API passes the name over; here it is where errors are told.
    if kind is JobType.IMPORT and properties.get("outputBlobName"):
        return replace(request, errors_blob=request.output_blob)
    return request


def _translated(body: Any, names: Mapping[str, str]) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise HubError(ErrorCode.ArgumentInvalid, "The body is not an object")
    meant = {name.lower(): translation for name, translation in names.items()}
    return {
        meant[name.lower()]: value
        for name, value in body.items()
        if name.lower() in meant and value is not None
    }
