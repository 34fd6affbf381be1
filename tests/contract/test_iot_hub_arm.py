"""What is particular to Resource Manager: pages, accepted operations, and where a token goes."""

import pytest

from emulators.iot_hub.arm.contract import Contract
from emulators.iot_hub.faults import Action, Fault
from shared.adapters.hub_target import HubTarget
from shared.adapters.iot_hub_arm import IotHubArmTarget
from shared.domain.errors import AnswerLost, TargetRefused
from shared.domain.job import Job, JobStatus
from shared.ports import AttemptRef
from tests.builders import a_file, a_line
from tests.contract.targets import Scene, Service
from tests.waiting import until


LIST = "GET /IotHubs/{hub}/jobs"
RESULT = "GET /IotHubs/{hub}/operationResults/{id}"


@pytest.fixture
def scene(service: Service) -> Scene:
    return service.scene("ARM of 2016")


@pytest.fixture
def ref(fresh: str, scene: Scene) -> AttemptRef:
    """An attempt that may start."""
    ref = AttemptRef(fresh, 1, 1)
    scene.accept(ref, a_file(a_line()))
    scene.target.prepare(ref)
    return ref


@pytest.fixture
def operation(service: Service, scene: Scene, ref: AttemptRef) -> str:
    """An accepted start whose job was not shown."""
    service.running.management.faults.add(Fault(LIST, Action.STATUS, 404))
    job_id = scene.target.start(ref)
    assert job_id.startswith("/operationResults/")
    return job_id


def ended(scene: Scene, ref: AttemptRef, operation: str) -> Job:
    def look() -> Job | None:
        job = scene.target.advance(ref, operation, [])
        return job if job and job.status.is_final else None

    job: Job = until(look, "the operation ended")
    return job


def test_an_accepted_start_is_the_one_new_job(service: Service, scene: Scene, ref: AttemptRef):
    """The answer 202 does not name it; the list of jobs does, by what was not there before."""
    assert service.running.management.contract is Contract.OF_2016
    first = scene.target.start(ref)
    scene.finish()
    second = scene.target.start(AttemptRef(ref.import_id, 1, 1, baseline=(first,)))
    assert {first, second} == {job.id for job in scene.target.look()}
    scene.finish()


def test_without_a_job_the_operation_is_asked(scene: Scene, ref: AttemptRef, operation: str):
    """It goes on, and ends as the job does."""
    job = scene.target.advance(ref, operation, [])
    assert job
    assert (job.kind, job.status) == ("import", JobStatus.RUNNING)
    assert ended(scene, ref, operation).status is JobStatus.COMPLETED


def test_a_failed_operation_tells_why(
    service: Service, scene: Scene, ref: AttemptRef, operation: str
):
    """A job that was cancelled behind its back is one."""
    (job,) = scene.target.look()
    service.client().cancel_job(job.id)
    assert ended(scene, ref, operation).status is JobStatus.CANCELLED


def test_nobody_is_asked_before_its_time(service: Service, ref: AttemptRef, scene: Scene):
    """Retry-After is kept to, from the first answer on."""
    service.running.management.retry_after = 600
    management = service.running.management
    management.faults.add(Fault(LIST, Action.STATUS, 404))
    operation = scene.target.start(ref)
    management.calls.clear()
    for _ in range(3):
        job = scene.target.advance(ref, operation, [])
        assert job
        assert job.status is JobStatus.RUNNING
    assert management.calls[RESULT] == 0
    scene.finish()


def test_an_operation_that_is_not_known_any_more_is_no_job(scene: Scene, ref: AttemptRef):
    """As with a job that the hub does not show."""
    gone = "/operationResults/MDAwMA==?api-version=2023-06-30&asyncinfo"
    assert scene.target.advance(ref, gone, []) is None


def test_a_container_that_cannot_be_used_is_no_more_than_a_500_here(
    scene: Scene, fresh: str, service: Service
):
    """Nobody knows what became of such a start, so it is one call; what was said is handed on."""
    service.running.management.calls.clear()
    with pytest.raises(AnswerLost, match="InternalError: ") as lost:
        scene.target.start(AttemptRef(fresh, 1, 1))
    assert service.running.management.calls["POST /IotHubs/{hub}/importDevices"] == 1
    assert "sig=" not in str(lost.value)
    assert list(scene.target.look()) == []


def test_all_pages_of_jobs_are_read(service: Service):
    """A hub shows jobs of thirty days; each has one request of its own here."""
    scene = service.scene("ARM")
    management = service.running.management
    management.page = 1
    try:
        for name in ("page-1", "page-2", "page-3"):
            ref = AttemptRef(name, 1, 1)
            scene.accept(ref, a_file(a_line(name)))
            scene.target.prepare(ref)
            scene.target.start(ref)
            scene.finish()
        management.calls.clear()
        assert len(scene.target.look()) == 3
        assert management.calls[LIST] == 3
    finally:
        management.page = 100


def test_both_planes_show_the_same_jobs_and_share_the_slot(service: Service, fresh: str):
    """So an import may be followed on either, whichever started it."""
    scene = service.scene("ARM")
    hub = service.target("data plane")
    assert scene.target.slot == hub.slot
    ref = AttemptRef(fresh, 1, 1)
    scene.accept(ref, a_file(a_line()))
    scene.target.prepare(ref)
    job_id = scene.target.start(ref)
    assert [job.id for job in hub.look()] == [job_id]
    scene.finish()


def test_a_missing_right_is_a_sentence(service: Service):
    """Whoever sets the app up learns what to grant."""
    target: HubTarget = IotHubArmTarget(
        service.arm_client(audience="https://graph.microsoft.com"),
        service.host.host,
        service.exchange,
        strict=False,
    )
    with pytest.raises(TargetRefused, match="the app needs the actions importDevices"):
        target.look()
