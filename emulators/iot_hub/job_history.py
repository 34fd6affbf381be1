"""The jobs a hub remembers, over its restarts too when it has a file."""

import json
import sqlite3
from pathlib import Path
from threading import Lock
from typing import Any, Final

from emulators.iot_hub.job import Job


_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS jobs (
        number INTEGER PRIMARY KEY, job_id TEXT UNIQUE, ended INTEGER, record TEXT
    )
"""
_WRITE: Final = """
    INSERT INTO jobs (job_id, ended, record) VALUES (?, ?, ?)
    ON CONFLICT (job_id) DO UPDATE SET ended = excluded.ended, record = excluded.record
"""


class JobHistory:
    """Job records in SQLite: each is written whole or not at all, whenever the process dies.

    Any thread may call any method.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = Lock()
        self._database = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute(_TABLE)

    def all(self) -> list[Job]:
        """Return every job, oldest first."""
        return [_job(*row) for row in self._run("SELECT record FROM jobs ORDER BY number")]

    def find(self, job_id: str) -> Job | None:
        """Return one job."""
        rows = self._run("SELECT record FROM jobs WHERE job_id = ?", job_id)
        return _job(*rows[0]) if rows else None

    def write(self, job: Job) -> None:
        """Remember the job as it is now."""
        self._run(_WRITE, job.job_id, job.ended, json.dumps(job.record()))

    def forget(self, moment: int) -> None:
        """Forget the jobs that ended before a moment, in ticks."""
        self._run("DELETE FROM jobs WHERE ended < ?", moment)

    def clear(self) -> None:
        """Forget all jobs."""
        self._run("DELETE FROM jobs")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def _run(self, statement: str, *values: str | int | None) -> list[Any]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()


def _job(record: str) -> Job:
    return Job.from_record(json.loads(record))
