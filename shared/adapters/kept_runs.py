"""All runs of ours in the container `state`, whatever their slots; see `run_documents`."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from azure.storage.blob import BlobProperties

from shared.adapters.blob_documents import BlobDocuments
from shared.ports import AttemptRef


#: Where runs are, and what was to be told of their lines.
FOLDERS: Final = ("runs/", "outcomes/")
_ATTEMPT: Final = re.compile(r"/(?P<import_id>[a-z2-7]{26})-a(?P<number>[0-9]+)(?=\.json$|/)")


class KeptRuns:
    """The `MadeForAttempts` port on runs.

    Args:
        documents: The container.
    """

    def __init__(self, documents: BlobDocuments) -> None:
        self._documents = documents

    def made_before(self, when: datetime) -> Iterator[AttemptRef]:
        """Yield the attempts of which something is kept, and nothing is new; see the port."""
        latest: dict[AttemptRef, datetime] = {}
        for ref, blob in self._kept():
            latest[ref] = max(blob.last_modified, latest.get(ref, blob.last_modified))
        return (ref for ref, written in latest.items() if written < when)

    def remove(self, ref: AttemptRef) -> None:
        """Delete all that is kept of an attempt; see the port."""
        attempt = (ref.import_id, ref.number)
        kept = [blob for one, blob in self._kept() if (one.import_id, one.number) == attempt]
        for blob in kept:
            self._documents.delete(str(blob.name), str(blob.etag))

    def _kept(self) -> Iterator[tuple[AttemptRef, BlobProperties]]:
        for folder in FOLDERS:
            for blob in self._documents.list(folder):
                if found := _ATTEMPT.search(str(blob.name)):
                    yield AttemptRef(found["import_id"], int(found["number"]), 0), blob
