"""Where runs are kept, in the container `state`.

`runs/<slot>/<job id>.json` is how far a run has come, written by compare-and-swap; the status
stands in the blob's metadata, so that one listing tells of all runs. `outcomes/<job id>/<n>.json`
is what was to be told of the lines of a chunk.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice

from shared.adapters.blob_documents import BlobDocuments
from shared.domain.errors import Conflict
from shared.domain.import_errors import LineError
from shared.domain.job import Job, JobStatus
from shared.domain.run import Run
from shared.ports import AttemptRef


@dataclass(frozen=True, slots=True)
class Stored[R: Run]:
    """A run, and the version it was read in."""

    run: R
    version: str


class RunDocuments[R: Run]:
    """The runs of one slot.

    Args:
        documents: The container.
        slot: The slot.
        kind: The class of the runs.
    """

    def __init__(self, documents: BlobDocuments, slot: str, kind: type[R]) -> None:
        self._documents = documents
        self._folder = f"runs/{slot.replace(':', '-')}/"
        self._kind = kind

    def jobs(self) -> list[Job]:
        """Return the runs that were started, as jobs, in one listing."""
        listed = (
            (blob.name.removeprefix(self._folder), (blob.metadata or {}).get("status"))
            for blob in self._documents.list(self._folder)
        )
        return [
            Job(name.removesuffix(".json"), "import", JobStatus(status))
            for name, status in listed
            if status
        ]

    def prepare(self, ref: AttemptRef, run: R) -> None:
        """Store a run that is not started; if there is one of the attempt, it stays."""
        with suppress(Conflict):
            self._documents.create(self._path(ref), run.model_dump(mode="json"))

    def read(self, ref: AttemptRef) -> Stored[R] | None:
        """Return the run of an attempt."""
        document = self._documents.read(self._path(ref))
        if document is None:
            return None
        return Stored(self._kind.model_validate(document.body), document.version)

    def write(self, ref: AttemptRef, run: R, version: str) -> Stored[R]:
        """Store the next state of a run onto the version that was read.

        Raises:
            Conflict: Someone else wrote since.
        """
        body = run.model_dump(mode="json")
        metadata = {"status": run.status or ""}
        return Stored(run, self._documents.replace(self._path(ref), body, version, metadata))

    def cancel(self, run_id: str) -> None:
        """End a run that goes on; whoever works on it stops at its next write.

        Raises:
            Conflict: Someone wrote just now.
        """
        path = f"{self._folder}{run_id}.json"
        document = self._documents.read(path)
        if document is None:
            return
        run = self._kind.model_validate(document.body)
        if run.status is JobStatus.RUNNING:
            ended = run.model_copy(update={"status": JobStatus.CANCELLED})
            body, metadata = ended.model_dump(mode="json"), {"status": JobStatus.CANCELLED}
            self._documents.replace(path, body, document.version, metadata)

    def withdraw(self, ref: AttemptRef) -> None:
        """Delete a run that was not started, so that it never will be."""
        stored = self.read(ref)
        if stored and stored.run.status is None:
            self._documents.delete(self._path(ref), stored.version)

    def tell(self, ref: AttemptRef, number: int, said: Iterable[LineError]) -> None:
        """Store what is to be told of a chunk; if that was done before, it stays."""
        body = {"said": [asdict(one) for one in said]}
        with suppress(Conflict):
            self._documents.create(f"{_outcomes(ref)}{number:06}.json", body)

    def told(self, ref: AttemptRef, chunks: int | None = None) -> Iterator[LineError]:
        """Yield what is to be told of so many chunks, or of all of them, in their order."""
        for blob in islice(self._documents.list(_outcomes(ref)), chunks):
            document = self._documents.read(blob.name)
            for one in document.body["said"] if document else ():
                yield LineError(**one)

    def clear(self, ref: AttemptRef) -> None:
        """Delete all of an attempt."""
        for blob in self._documents.list(_outcomes(ref)):
            self._documents.delete(blob.name, str(blob.etag))
        if stored := self.read(ref):
            self._documents.delete(self._path(ref), stored.version)

    def _path(self, ref: AttemptRef) -> str:
        return f"{self._folder}{job_id(ref)}.json"


def job_id(ref: AttemptRef) -> str:
    """Return the id of the run of an attempt: always the same, so a start cannot make two."""
    return f"{ref.import_id}-a{ref.number}"


def _outcomes(ref: AttemptRef) -> str:
    return f"outcomes/{job_id(ref)}/"
