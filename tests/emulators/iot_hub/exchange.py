"""The containers of a job, for tests."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import uuid4

from azure.storage.blob import BlobServiceClient, ContainerClient, generate_container_sas


class Exchange:
    """An input and an output container with URIs that let the hub do just what it must."""

    def __init__(self, connection_string: str, **options: Any) -> None:
        self._service = BlobServiceClient.from_connection_string(connection_string, **options)
        self.input = self._service.create_container(f"input-{uuid4()}")
        self.output = self._service.create_container(f"output-{uuid4()}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._service.close()

    def uri(self, container: ContainerClient, permission: str, hours: float = 1) -> str:
        """Return a container URI with a signature."""
        token = generate_container_sas(
            account_name=str(self._service.account_name),
            container_name=container.container_name,
            account_key=self._service.credential.account_key,
            permission=permission,
            expiry=datetime.now(UTC) + timedelta(hours=hours),
        )
        return f"{container.url}?{token}"

    def put(self, *lines: str, name: str = "devices.txt") -> None:
        """Write the input."""
        self.input.upload_blob(name, "\n".join(lines).encode(), overwrite=True)

    def an_import(self, **changes: Any) -> dict[str, Any]:
        """Return the body that asks for an import."""
        return {
            "type": "import",
            "inputBlobContainerUri": self.uri(self.input, "r"),
            "outputBlobContainerUri": self.uri(self.output, "rwd"),
        } | changes

    def an_export(self, **changes: Any) -> dict[str, Any]:
        """Return the body that asks for an export."""
        uri = self.uri(self.output, "rwd")
        return {"type": "export", "outputBlobContainerUri": uri} | changes

    def without_sas(self, body: dict[str, Any], **identity: str) -> dict[str, Any]:
        """Return the body of the same job for a hub that has to prove itself."""
        uris = {"input": self.input.url, "output": self.output.url}
        named = {f"{name}BlobContainerUri": uri for name, uri in uris.items()}
        asked = {"storageAuthenticationType": "identityBased", "identity": identity}
        return body | {name: uri for name, uri in named.items() if name in body} | asked

    def written(self, name: str = "importErrors.log") -> bytes:
        """Return a blob that the hub wrote."""
        return self.output.download_blob(name).readall()

    def errors(self, name: str = "importErrors.log") -> list[dict[str, Any]]:
        """Return the entries of an error log."""
        return [json.loads(line) for line in self.written(name).splitlines()]
