from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from azure.storage.blob import BlobProperties

from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.kept_runs import KeptRuns
from shared.ports import AttemptRef


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
IMPORT = "a" * 26


class Listed(BlobDocuments):
    """Documents by the hour in which each was written last."""

    def __init__(self, hours: dict[str, int]) -> None:
        self._hours = hours

    def list(self, prefix: str) -> Iterator[BlobProperties]:
        for name, hour in self._hours.items():
            if name.startswith(prefix):
                written = datetime(2026, 3, 2, hour, tzinfo=UTC)
                yield BlobProperties(name=name, **{"Last-Modified": written})


def test_an_attempt_is_as_old_as_what_was_written_last():
    """A long run has told of its first lines hours ago, and still goes on."""
    runs = KeptRuns(
        Listed({f"outcomes/{IMPORT}-a1/000000.json": 9, f"runs/bulk-hub/{IMPORT}-a1.json": 12})
    )
    assert list(runs.made_before(NOON)) == []
    assert list(runs.made_before(NOON + timedelta(hours=1))) == [AttemptRef(IMPORT, 1, 0)]
