"""What a function gets to see of the blob that triggers it."""

import json
from collections.abc import Mapping
from typing import Final

from azure.storage.blob import BlobClient, BlobProperties

from emulators.functions_host.bindings import HOST_STORAGE
from emulators.functions_host.protos import ModelBindingData, TypedData


#: Bytes that a message between host and worker holds (RpcWorkerConstants.DefaultMaxMessageLength).
LARGEST_CONTENT: Final = 2**31 - 1


class ContentTooLarge(Exception):
    """A blob is larger than what the host can hand to a worker."""


def reference(connection: str | None, container: str, blob: str) -> TypedData:
    """Return what takes the place of the content when the parameter is of an SDK type.

    As the .NET extension writes it: BlobsExtensionConfigProvider.ConvertToParameterBindingData.
    """
    names = {
        "Connection": connection or HOST_STORAGE,
        "ContainerName": container,
        "BlobName": blob,
    }
    return TypedData(
        model_binding_data=ModelBindingData(
            version="1.0",
            source="AzureStorageBlobs",
            content_type="application/json",
            content=json.dumps(names).encode(),
        )
    )


def content(blob: BlobClient, size: int) -> TypedData:
    """Return all bytes of a blob; raises ContentTooLarge, or AzureError if it cannot be read."""
    if size > LARGEST_CONTENT:
        message = (
            f"blob {blob.container_name}/{blob.blob_name} has {size} bytes, "
            f"and a worker takes {LARGEST_CONTENT}; bind to an SDK type to get a reference"
        )
        raise ContentTooLarge(message)
    return TypedData(bytes=blob.download_blob().readall())


def metadata(
    blob: BlobClient, properties: BlobProperties, names: Mapping[str, str]
) -> dict[str, TypedData]:
    """Return the trigger metadata of a blob (BlobTriggerBinding.CreateBindingData).

    `names` are the parts of its path that the trigger's path has names for.
    """
    described = {
        "BlobTrigger": TypedData(string=f"{blob.container_name}/{blob.blob_name}"),
        "Uri": TypedData.of_json(blob.url),
        "Properties": TypedData.of_json(_described(properties)),
        "Metadata": TypedData.of_json(properties.metadata),
    }
    return described | {name: TypedData(string=text) for name, text in names.items()}


def _described(properties: BlobProperties) -> dict[str, object]:
    """Return the properties under the names that .NET's BlobProperties has for them."""
    return {
        "LastModified": properties.last_modified,
        "CreatedOn": properties.creation_time,
        "BlobType": properties.blob_type,
        "ContentLength": properties.size,
        "ContentType": properties.content_settings.content_type,
        "ContentEncoding": properties.content_settings.content_encoding,
        "ETag": properties.etag,
    }
