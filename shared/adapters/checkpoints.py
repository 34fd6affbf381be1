"""Checkpoints of imports by bulk calls, and what was said of their lines, in `state`.

`<folder>/jobs/<job>.json` is a checkpoint, with its status in the blob's metadata for listings.
`<folder>/said/<job>/<number>.json` is what calls said. It only ever repeats what a checkpoint had
in it when it was stored, so writing it twice changes nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from shared.adapters.blob_documents import BlobDocuments
from shared.domain.checkpoint import Checkpoint, Said
from shared.domain.errors import Conflict
from shared.domain.import_errors import LineError
from shared.domain.job import Job, JobStatus


@dataclass(frozen=True, slots=True)
class Stored:
    """A checkpoint and the version it was read in."""

    checkpoint: Checkpoint
    version: str


class Checkpoints:
    """The checkpoints of one hub, by the ids of their jobs."""

    def __init__(self, documents: BlobDocuments, folder: str) -> None:
        self._documents = documents
        self._jobs = f"{folder}/jobs/"
        self._said = f"{folder}/said/"

    def jobs(self) -> Iterator[Job]:
        """Yield what was started, in one listing."""
        for blob in self._documents.list(self._jobs):
            if status := (blob.metadata or {}).get("status"):
                job_id = blob.name.removeprefix(self._jobs).removesuffix(".json")
                yield Job(job_id, "import", JobStatus(status))

    def create(self, job_id: str, checkpoint: Checkpoint) -> None:
        """Store the first checkpoint of a job, unless there is one."""
        with suppress(Conflict):
            body = checkpoint.model_dump(mode="json")
            self._documents.create(self._path(job_id), body, _metadata(checkpoint))

    def read(self, job_id: str) -> Stored | None:
        """Return the checkpoint of a job."""
        document = self._documents.read(self._path(job_id))
        if document is None:
            return None
        return Stored(Checkpoint.model_validate(document.body), document.version)

    def replace(self, job_id: str, checkpoint: Checkpoint, version: str) -> Stored:
        """Store the next checkpoint of a job onto the version that was read.

        Raises:
            Conflict: Someone else went on with the job, or it is gone.
        """
        body = checkpoint.model_dump(mode="json")
        written = self._documents.replace(self._path(job_id), body, version, _metadata(checkpoint))
        return Stored(checkpoint, written)

    def put_away(self, job_id: str, number: int, said: Sequence[Said]) -> None:
        """Keep what was said of lines."""
        body = {"said": [one.model_dump(mode="json") for one in said]}
        with suppress(Conflict):  # somebody wrote the same
            self._documents.create(f"{self._said}{job_id}/{number:08}.json", body)

    def said(self, job_id: str) -> Iterator[LineError]:
        """Yield all that was put away."""
        for blob in self._documents.list(f"{self._said}{job_id}/"):
            document = self._documents.read(blob.name)
            for one in document.body["said"] if document else ():
                yield Said.model_validate(one).as_error()

    def delete(self, job_id: str) -> None:
        """Delete all that is kept of a job."""
        for blob in self._documents.list(f"{self._said}{job_id}/"):
            self._documents.delete(blob.name, blob.etag)
        if stored := self.read(job_id):
            self._documents.delete(self._path(job_id), stored.version)

    def withdraw(self, job_id: str) -> None:
        """Delete the checkpoint of a job that was not started, so that it never is."""
        stored = self.read(job_id)
        if stored and stored.checkpoint.status is None:
            self._documents.delete(self._path(job_id), stored.version)

    def _path(self, job_id: str) -> str:
        return f"{self._jobs}{job_id}.json"


def _metadata(checkpoint: Checkpoint) -> dict[str, str]:
    return {"status": checkpoint.status or ""}
