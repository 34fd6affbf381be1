"""The hub's one slot for import and export jobs, and the jobs that are and were in it."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Lock, Thread
from typing import Final
from uuid import uuid4

from azure.core.exceptions import AzureError

from emulators.iot_hub.clock import Clock
from emulators.iot_hub.configurations import Configurations
from emulators.iot_hub.containers import Containers
from emulators.iot_hub.errors import ErrorCode, HubError, job_quota_exceeded
from emulators.iot_hub.export_job import ExportJob
from emulators.iot_hub.import_job import ImportJob
from emulators.iot_hub.job import FINAL, Job, JobRequest, JobStatus, JobType
from emulators.iot_hub.job_history import JobHistory
from emulators.iot_hub.pace import Pace
from emulators.iot_hub.registry import Registry
from emulators.iot_hub.storage import Storage
from emulators.iot_hub.ticks import TICKS_A_SECOND


#: How long an ended job is remembered, in ticks (Microsoft's page on quotas and throttling).
RETENTION: Final = 30 * 24 * 3600 * TICKS_A_SECOND
#: Why a job failed that was active when the hub went, in good order or killed.
ABANDONED: Final = "The hub was stopped while the job was active."
#: How often a job that is held looks whether it is let go.
_LOOK_SECONDS: Final = 0.02

log: Final = logging.getLogger(__name__)


class Jobs:
    """All jobs of a hub; at most one is not final, and it runs in a thread of its own.

    A job that the history still calls active died with its process: it has failed.
    """

    def __init__(
        self,
        registry: Registry,
        configurations: Configurations,
        history: JobHistory,
        pace: Pace,
        storage: Storage,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._configurations = configurations
        self._storage = storage
        self._history = history
        self._pace = pace
        self._clock = clock
        self._changing = Lock()
        self._creating = Lock()
        self._stopped = Event()
        self._thread: Thread | None = None
        #: Whether a job that runs may not end yet.
        self.held = False
        for job in history.all():
            self._move(job.job_id, JobStatus.FAILED, ABANDONED)

    def all(self) -> list[Job]:
        """Return every job that is active or ended in the last 30 days, oldest first."""
        self._history.forget(self._clock.now() - RETENTION)
        return self._history.all()

    def find(self, job_id: str) -> Job:
        """Return one job.

        Raises:
            HubError: 404002.
        """
        self._history.forget(self._clock.now() - RETENTION)
        job = self._history.find(job_id)
        if job is None:
            raise HubError(ErrorCode.JobNotFound, job_id)
        return job

    def create(self, request: JobRequest) -> Job:
        """Start a job, unless the slot is taken or a container cannot be used.

        Raises:
            HubError: 403010 or 400032; then nothing happened, as with the others.
            JobRefused: 403003 or 400008.
        """
        request.check_tier(self._registry.tier)
        containers = self._storage.containers(request)
        with self._creating:
            if any(not job.is_final for job in self.all()):
                raise job_quota_exceeded()
            self._storage.validate(request, containers)
            return self._start(request, containers)

    def cancel(self, job_id: str) -> JobStatus:
        """Cancel an active job and return where it stood; afterwards it changes nothing more.

        Raises:
            HubError: 404002, or 500001 for a job that is over, as seen on a live hub.
        """
        with self._creating:
            before = self.find(job_id).status
            if before not in FINAL:
                # An import heeds the event only between two transactions: wait for this one.
                with self._registry.transaction():
                    self._stopped.set()
            if not self._move(job_id, JobStatus.CANCELLED):
                raise HubError(ErrorCode.ServerError, "InternalServerError")
        return before

    def close(self) -> None:
        """Stop the active job where it is; its history says that it never ended."""
        self._stop()
        self._history.close()

    def settle(self) -> None:
        """Wait until no job is active."""
        if self._thread:
            self._thread.join()

    def clear(self) -> None:
        """Stop the active job and forget all."""
        self._stop()
        self.held = False
        self._history.clear()

    def _stop(self) -> None:
        self._stopped.set()
        self.settle()

    def _start(self, request: JobRequest, containers: Containers) -> Job:
        job = Job(str(uuid4()), request.type, self._clock.now(), request.excludes_keys)
        self._keep(job)
        self._stopped = Event()
        arguments = (job.job_id, self._work(request, containers), self._stopped)
        self._thread = Thread(target=self._run, args=arguments, name=f"job {job.job_id}")
        self._thread.start()
        return job

    def _work(self, request: JobRequest, containers: Containers) -> ImportJob | ExportJob:
        what = (self._registry, self._configurations, request, containers)
        return ImportJob(*what, self._pace) if request.type is JobType.IMPORT else ExportJob(*what)

    def _run(self, job_id: str, work: ImportJob | ExportJob, stopped: Event) -> None:
        with self._failing(job_id):
            self._pace.hold_enqueued(stopped)
            if stopped.is_set() or not self._move(job_id, JobStatus.RUNNING):
                return
            began = time.monotonic()
            work.run(stopped)
            self._pace.hold_running(began, stopped)
            while self.held and not stopped.wait(_LOOK_SECONDS):
                pass
            if not stopped.is_set():
                self._move(job_id, JobStatus.COMPLETED)

    @contextmanager
    def _failing(self, job_id: str) -> Iterator[None]:
        try:
            yield
        except AzureError as error:
            words = str(error).partition("\n")[0]
            self._move(job_id, JobStatus.FAILED, f"Storage failed: {words}")

    def _move(self, job_id: str, status: JobStatus, reason: str | None = None) -> bool:
        """Move a job on, and tell whether it moved: a final job stays what it is."""
        with self._changing:
            job = self._history.find(job_id)
            if job is None or job.is_final:
                return False
            ended = self._clock.now() if status in FINAL else None
            self._keep(replace(job, status=status, ended=ended, failure_reason=reason))
            return True

    def _keep(self, job: Job) -> None:
        self._history.write(job)
        log.info("%s job %s is %s", job.type, job.job_id, job.status)
