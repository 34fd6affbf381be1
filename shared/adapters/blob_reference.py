"""A blob trigger's parameter that names the blob and never carries its bytes.

With `func.InputStream` the host pushes the whole blob through gRPC, several times in memory. The
worker's deferred bindings pass a reference instead. Microsoft's extension for blobs makes it a
client of azure-storage-blob, which every cold start would import; the name is all we need.
Source: azurefunctions-extensions-base and -bindings-blob.
"""

import json
from typing import Any

from azurefunctions.extensions.base import Datum, InConverter, SdkType


class BlobReference(SdkType):
    """Where a blob is: container and name inside it."""

    def __init__(self, *, data: Any) -> None:
        super().__init__(data=data)
        content = json.loads(data.content)
        self.container: str = content["ContainerName"]
        self.name: str = content["BlobName"]

    def get_sdk_type(self) -> "BlobReference":
        """Return what the function gets: this."""
        return self


class BlobReferenceConverter(InConverter, binding="blob", trigger="blobTrigger"):
    """Tells the worker how to make a `BlobReference` of what the host sends."""

    @classmethod
    def check_input_type_annotation(cls, pytype: type) -> bool:
        """Accept a parameter that is declared as a `BlobReference`."""
        return issubclass(pytype, BlobReference)

    @classmethod
    def decode(cls, data: Datum, **_: Any) -> BlobReference | None:
        """Make the reference; None for a blob that the host could not name."""
        return BlobReference(data=data.value) if data.value else None
