"""What is known of a run: a job that is ours to go through, call by call."""

from pydantic import BaseModel, ConfigDict

from shared.domain.job import JobStatus


class Run(BaseModel):
    """How far a run has come; each kind of run knows more."""

    model_config = ConfigDict(frozen=True)

    #: None while it is prepared and not started.
    status: JobStatus | None = None
    #: Why it failed, for people.
    failure_reason: str = ""
