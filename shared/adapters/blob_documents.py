"""Small JSON documents in Blob Storage, written only onto the version that was read.

A conditional write can lose against itself: it succeeds, its answer is lost, the SDK repeats it
and gets 412 or 409. So every write carries a nonce of its own, and a refused write reads back:
finding its own nonce, it has won.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import BlobProperties, ContentSettings

from shared.adapters.storage import Container, storage_errors
from shared.domain.errors import Conflict
from shared.failpoints import failpoint


@dataclass(frozen=True, slots=True)
class Document:
    """A document and the version it was read in."""

    body: Mapping[str, Any]
    version: str


class BlobDocuments:
    """JSON documents by path in one container, with compare-and-swap."""

    def __init__(self, container: Container) -> None:
        self._container = container

    def read(self, path: str) -> Document | None:
        """Return the document, or None if there is none."""
        with storage_errors():
            try:
                client = self._container.client
                with failpoint("document.read", path):
                    download = client.download_blob(path)
                    return Document(json.loads(download.readall()), download.properties.etag)
            except ResourceNotFoundError:
                return None

    def create(
        self, path: str, body: Mapping[str, Any], metadata: Mapping[str, str] | None = None
    ) -> str:
        """Store a document where there is none; return its version.

        Raises:
            Conflict: There is one already.
        """
        return self._write("document.create", path, body, metadata, overwrite=False)

    def replace(
        self,
        path: str,
        body: Mapping[str, Any],
        version: str,
        metadata: Mapping[str, str] | None = None,
    ) -> str:
        """Store the next version of a document onto `version`; return the new one.

        Raises:
            Conflict: The document is not in that version any more.
        """
        unchanged: dict[str, Any] = {
            "etag": version,
            "match_condition": MatchConditions.IfNotModified,
        }
        return self._write("document.replace", path, body, metadata, overwrite=True, **unchanged)

    def delete(self, path: str, version: str) -> None:
        """Delete a document if it still is in that version."""
        client = self._container.client
        gone = suppress(ResourceNotFoundError, ResourceModifiedError)
        with storage_errors(), gone, failpoint("document.delete", path):
            client.delete_blob(path, etag=version, match_condition=MatchConditions.IfNotModified)

    def list(self, prefix: str) -> Iterator[BlobProperties]:
        """Yield name and metadata of the documents below a prefix."""
        client = self._container.client
        with storage_errors(), failpoint("document.list", prefix):
            yield from client.list_blobs(prefix, include=["metadata"])

    def _write(
        self,
        name: str,
        path: str,
        body: Mapping[str, Any],
        metadata: Mapping[str, str] | None,
        **conditions: Any,
    ) -> str:
        nonce = secrets.token_hex(8)
        text = json.dumps({**body, "writer_nonce": nonce}, ensure_ascii=False)
        try:
            blob = self._container.client.get_blob_client(path)
            with storage_errors(), failpoint(name, path):
                answer = blob.upload_blob(
                    text.encode(),
                    metadata=dict(metadata or {}),
                    content_settings=ContentSettings(content_type="application/json"),
                    **conditions,
                )
            return str(answer["etag"])
        except Conflict:
            stored = self.read(path)
            if stored and stored.body.get("writer_nonce") == nonce:
                return stored.version
            raise
