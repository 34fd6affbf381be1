"""A hub in memory: the `Target` port as far as the use cases can tell, with failures on demand."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from shared.domain.errors import CannotCancel, ImporterError, TargetBusy, TargetRefused
from shared.domain.formats.recognition import Kind
from shared.domain.import_errors import LineError
from shared.domain.job import Job, JobStatus, find_job_by_id
from shared.domain.task import Task
from shared.ports import AGAIN, AttemptRef, LineErrors, Target
from tests.fakes.files import FakeWork


#: What a hub answers when it cannot read the input.
NO_INPUT = ("BlobContainerValidationError", "Failed to read devices blob")


class FakeLineErrors:
    """The `LineErrors` port in memory."""

    def __init__(self, errors: Sequence[LineError]) -> None:
        self._errors = list(errors)

    def take(self, device_id: str, module_id: str | None) -> LineError | None:
        """Return the error of a device, once."""
        for error in self._errors:
            if (error.device_id, error.module_id) == (device_id, module_id):
                self._errors.remove(error)
                return error
        return None

    def rest(self) -> Iterator[LineError]:
        """Yield what is left."""
        yield from self._errors


@dataclass
class FakeScopes:
    """The `Scopes` port in memory."""

    #: The scopes of edge devices by their ids.
    known: dict[str, str] = field(default_factory=dict)
    #: How many looks are left; None for any number.
    left: int | None = None
    #: Raised by the next look.
    refuse: ImporterError | None = None
    asked: list[str] = field(default_factory=list)

    def of(self, device_ids: Sequence[str]) -> Mapping[str, str | None]:
        """Look up as many as are left."""
        if self.refuse:
            refused, self.refuse = self.refuse, None
            raise refused
        some = device_ids if self.left is None else device_ids[: self.left]
        self.left = None if self.left is None else self.left - len(some)
        self.asked += some
        return {device_id: self.known.get(device_id) for device_id in some}


@dataclass
class FakeHub:
    """One hub. Jobs end when `finish` is called; it counts the POSTs that reach it."""

    work: FakeWork
    slot: str = "hub-a"
    #: Where single lines are tried once more.
    again: "FakeHub | None" = None
    strict: bool = False
    takes: Kind = "devices"
    #: What it tells of scopes; None if it cannot be asked.
    scopes: FakeScopes | None = None
    tasks: frozenset[Task] = frozenset(Task)
    #: Whether it has an operation to cancel jobs.
    cancels: bool = True
    jobs: dict[str, Job] = field(default_factory=dict)
    exchange: dict[tuple[str, int], bytes] = field(default_factory=dict)
    logs: dict[tuple[str, int], list[LineError]] = field(default_factory=dict)
    posts: list[AttemptRef] = field(default_factory=list)
    preflights: list[tuple[AttemptRef, Mapping[str, int]]] = field(default_factory=list)
    #: What exports write, by name.
    registry: Mapping[str, bytes] = field(default_factory=dict)
    #: Raised by the next calls of that name, instead of doing what it says.
    refuse: dict[str, ImporterError] = field(default_factory=dict)
    #: Raised by the next start, after it was done.
    lose_answer: ImporterError | None = None
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _owners: dict[str, AttemptRef] = field(default_factory=dict)

    def look(self) -> Sequence[Job]:
        """Return all jobs."""
        self._fail("look")
        return list(self.jobs.values())

    def preflight(self, ref: AttemptRef, effects: Mapping[str, int]) -> None:
        """Remember what was asked for; raise what was ordered."""
        self.preflights.append((ref, effects))
        self._fail("preflight")

    def prepare(self, ref: AttemptRef) -> None:
        """Copy the accepted lines; an export has none."""
        self._fail("prepare")
        self.exchange[ref.import_id, ref.number] = (
            b"" if ref.export else self.work.files[f"work/{ref.import_id}/{ref.part}"]
        )

    def start(self, ref: AttemptRef) -> str:
        """Start a job, under the rules of a real hub."""
        self.posts.append(ref)
        self._fail("start")
        if any(job.takes_slot for job in self.jobs.values()):
            message = "JobQuotaExceeded"
            raise TargetBusy(message)
        if (ref.import_id, ref.number) not in self.exchange:
            raise TargetRefused(*NO_INPUT)
        job_id = self.run_foreign_job(ref.task.job_kind)
        self._owners[job_id] = ref
        if self.lose_answer:
            lost, self.lose_answer = self.lose_answer, None
            raise lost
        return job_id

    @property
    def ways(self) -> Mapping[str, Target]:
        """The hub itself, and where single lines are tried once more."""
        return {"": self} | ({AGAIN: self.again} if self.again else {})

    def way_for(self, _lines: int) -> str:
        """Return the only way."""
        return ""

    def advance(self, _: AttemptRef, job_id: str, jobs: Sequence[Job]) -> Job | None:
        """Return where the job stands."""
        return find_job_by_id(job_id, jobs)

    def cancel(self, job_id: str) -> None:
        """Cancel a job that is not over."""
        self._fail("cancel")
        if not self.cancels:
            message = "this target cannot cancel jobs"
            raise CannotCancel(message)
        job = self.jobs.get(job_id)
        if job and job.takes_slot:
            self.jobs[job_id] = replace(job, status=JobStatus.CANCELLED)

    def fence(self, ref: AttemptRef) -> None:
        """Take the input away."""
        self.exchange.pop((ref.import_id, ref.number), None)

    @contextmanager
    def outcome(self, ref: AttemptRef) -> Iterator[LineErrors | None]:
        """Open what `finish` was told."""
        errors = self.logs.get((ref.import_id, ref.number))
        yield None if errors is None else FakeLineErrors(errors)

    def exported(self, ref: AttemptRef) -> Mapping[str, Iterator[bytes]] | None:
        """Return what `finish` wrote."""
        if (ref.import_id, ref.number) not in self.logs:
            return None
        asked = ref.export and ref.export.configurations
        names = ("devices.txt", "configurations.txt") if asked else ("devices.txt",)
        return {name: iter([self.registry.get(name, b"")]) for name in names}

    def clear(self, ref: AttemptRef) -> None:
        """Delete the exchange."""
        self.fence(ref)
        self.logs.pop((ref.import_id, ref.number), None)

    def run_foreign_job(self, kind: str = "import") -> str:
        """Start a job that nobody here asked for."""
        job_id = f"{self.slot}-job-{next(self._ids)}"
        self.jobs[job_id] = Job(job_id, kind, JobStatus.RUNNING)
        return job_id

    def finish(
        self,
        *errors: LineError,
        status: JobStatus = JobStatus.COMPLETED,
        log: bool = True,
        **members: Any,
    ) -> None:
        """End the running job; `errors` is what its log will say, `members` are the job's."""
        job = next(job for job in self.jobs.values() if job.takes_slot)
        self.jobs[job.id] = replace(job, status=status, **members)
        owner = self._owners.get(job.id)
        if owner and log:
            self.logs[owner.import_id, owner.number] = list(errors)

    def _fail(self, call: str) -> None:
        if error := self.refuse.pop(call, None):
            raise error
