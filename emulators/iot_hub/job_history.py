"""The jobs a hub remembers, over its restarts too when it has a file."""

import json
from dataclasses import replace
from pathlib import Path

from emulators.iot_hub import ticks
from emulators.iot_hub.job import Job, JobStatus


class JobHistory:
    """A log of job records, one JSON line for each change; the last line of a job counts."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def load(self) -> dict[str, Job]:
        """Return all jobs by id, oldest first. What was active when the hub went has failed."""
        jobs = {job.job_id: job for job in map(_job, self._lines())}
        return {job_id: job if job.is_final else _failed(job) for job_id, job in jobs.items()}

    def write(self, job: Job) -> None:
        """Remember the job as it is now."""
        if self._path:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(job.record()) + "\n")

    def clear(self) -> None:
        """Forget all jobs."""
        if self._path:
            self._path.unlink(missing_ok=True)

    def _lines(self) -> list[str]:
        if self._path is None or not self._path.exists():
            return []
        return self._path.read_text("utf-8").splitlines()


def _job(line: str) -> Job:
    return Job.from_record(json.loads(line))


def _failed(job: Job) -> Job:
    reason = "The hub was stopped while the job was active."
    return replace(job, status=JobStatus.FAILED, ended=ticks.now(), failure_reason=reason)
