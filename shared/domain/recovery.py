"""Decides what became of a POST whose answer is unknown.

The target echoes nothing of ours, so the job is found by difference: what it shows now, without
what it showed before the POST. At most one of the new jobs of its kind is ours.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from shared.domain.job import Job


@dataclass(frozen=True, slots=True)
class Adopt:
    """The POST was heard: this is the job."""

    job_id: str


@dataclass(frozen=True, slots=True)
class NoJob:
    """The target shows no new job."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """More than one new job: somebody else writes to the target, and a person must look."""

    job_ids: tuple[str, ...]


def find_job(baseline: Collection[str], jobs: Iterable[Job], kind: str) -> Adopt | NoJob | Unclear:
    """Find the job that a POST with a lost answer started.

    Args:
        baseline: Ids of the jobs that the target showed right before the POST.
        jobs: The jobs that it shows now.
        kind: What the target calls such a job.
    """
    new = tuple(job.id for job in jobs if job.kind == kind and job.id not in baseline)
    match new:
        case ():
            return NoJob()
        case (job_id,):
            return Adopt(job_id)
        case _:
            return Unclear(new)
