from hypothesis import given
from hypothesis import strategies as st

from shared.domain.job import Job, JobStatus
from shared.domain.recovery import Adopt, NoJob, Unclear, find_job


jobs = st.builds(
    Job,
    id=st.sampled_from("abcdef"),
    kind=st.sampled_from(["import", "export", "unknown"]),
    status=st.sampled_from(JobStatus),
)


@given(st.sets(st.sampled_from("abcdef")), st.lists(jobs, unique_by=lambda job: job.id))
def test_only_new_jobs_of_our_kind_can_be_ours(baseline: set[str], shown: list[Job]):
    """None: it never started. One: that is it. More: nobody can tell."""
    new = [job.id for job in shown if job.kind == "import" and job.id not in baseline]
    match find_job(baseline, shown, "import"):
        case NoJob():
            assert new == []
        case Adopt(job_id):
            assert new == [job_id]
        case Unclear(job_ids):
            assert list(job_ids) == new
            assert len(new) > 1
