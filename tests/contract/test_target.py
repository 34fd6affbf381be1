"""What a target promises, on the fake hub and on the emulator by way of the real adapters."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient

from emulators.iot_hub.faults import Action, Fault, When
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.pace import Pace
from emulators.iot_hub.server import RunningHub, serve
from shared.adapters.exchange import Exchange
from shared.adapters.iot_hub import IotHubTarget
from shared.adapters.iot_hub_bulk import NOT_PREPARED
from shared.adapters.iot_hub_client import IotHubClient, SharedAccessPolicy
from shared.adapters.storage import Container
from shared.adapters.system_clock import SystemClock
from shared.domain.errors import (
    AnswerLost,
    TargetBusy,
    TargetRefused,
    TargetThrottled,
    TargetUnreachable,
    Unavailable,
)
from shared.domain.import_errors import LineError
from shared.domain.job import JobStatus
from shared.ports import AttemptRef, Target
from tests.builders import a_file, a_line
from tests.bulk_calls import BulkCalls
from tests.emulators.iot_hub.lines import create
from tests.fakes.files import FakeWork
from tests.fakes.hub import FakeHub
from tests.waiting import until


EXISTS = "exists-already"


@dataclass
class Scene:
    """A target, and what happens around it."""

    target: Target
    #: Lays out accepted lines where the target takes them from.
    accept: Callable[[AttemptRef, bytes], None]
    #: Lets the running job end; a hub that has the device `EXISTS` refuses to create it.
    finish: Callable[[], None]
    #: What a start without an input is refused with.
    no_input: str = "BlobContainerValidationError"


def fake_scene() -> Scene:
    work = FakeWork()
    hub = FakeHub(work)

    def accept(ref: AttemptRef, lines: bytes) -> None:
        work.files[f"work/{ref.import_id}/devices.txt"] = lines

    def finish() -> None:
        exists = any(EXISTS in lines.decode() for lines in hub.exchange.values())
        errors = [LineError(EXISTS, None, "DeviceAlreadyExists", "is there")] if exists else []
        hub.finish(*errors)

    return Scene(hub, accept, finish)


@pytest.fixture(scope="session")
def running_hub() -> Iterator[RunningHub]:
    with serve(Hub(pace=Pace(running=0.3))) as running:
        yield running


def signing(running: RunningHub, key: str = "") -> SharedAccessPolicy:
    owner = running.hub.policies["iothubowner"]
    return SharedAccessPolicy(running.host, "iothubowner", key or owner.key)


def a_client(running: RunningHub) -> IotHubClient:
    return IotHubClient(running.host, signing(running), 1, str(running.ca_file))


def emulated_scene(running: RunningHub, storage: BlobServiceClient) -> Scene:
    running.hub.reset()
    client = a_client(running)
    target = IotHubTarget(client, Exchange(storage, storage, SystemClock()), strict=False)
    work = Container(storage, "work").client

    def accept(ref: AttemptRef, lines: bytes) -> None:
        work.upload_blob(f"{ref.import_id}/devices.txt", lines, overwrite=True)

    def finish() -> None:
        until(lambda: all(job.status.is_final for job in target.look()), "the job ended")

    ref = AttemptRef(f"seed{id(client)}", 1, 1)
    accept(ref, a_file(a_line(EXISTS)))
    target.prepare(ref)
    target.start(ref)
    finish()
    running.hub.jobs.clear()
    running.hub.calls.clear()
    return Scene(target, accept, finish)


def bulk_scene(running: RunningHub, storage: BlobServiceClient, fresh: str) -> Scene:
    running.hub.reset()
    create(running.hub.registry, EXISTS)
    calls = BulkCalls(running, storage, fresh, rate=5000)
    work = Container(storage, "work").client

    def accept(ref: AttemptRef, lines: bytes) -> None:
        work.upload_blob(f"{ref.import_id}/devices.txt", lines, overwrite=True)

    def finish() -> None:
        for job in calls.target.look():
            import_id, _, number = job.id.rpartition("-")
            calls.target.advance(AttemptRef(import_id, int(number), 1), job.id, ())

    return Scene(calls.target, accept, finish, NOT_PREPARED)


@pytest.fixture(params=["fake", "jobs", "bulk"])
def scene(request: Any, fresh: str) -> Scene:
    if request.param == "fake":
        return fake_scene()
    hub, storage = map(request.getfixturevalue, ("running_hub", "storage"))
    return (
        bulk_scene(hub, storage, fresh)
        if request.param == "bulk"
        else emulated_scene(hub, storage)
    )


@pytest.fixture
def ref(fresh: str) -> AttemptRef:
    return AttemptRef(fresh, 1, 1)


def test_a_new_hub_shows_no_jobs(scene: Scene):
    """Asking is one call and no error."""
    assert list(scene.target.look()) == []


def test_a_started_job_is_shown(scene: Scene, ref: AttemptRef):
    """Under the id that start returned, as an import that takes the slot, until it has ended."""
    scene.accept(ref, a_file(a_line()))
    scene.target.prepare(ref)
    job_id = scene.target.start(ref)
    (job,) = scene.target.look()
    assert (job.id, job.kind, job.takes_slot) == (job_id, "import", True)
    scene.finish()
    (job,) = scene.target.look()
    assert (job.status, job.takes_slot) == (JobStatus.COMPLETED, False)


@pytest.mark.parametrize("scene", ["fake", "jobs"], indirect=True)
def test_a_hub_takes_one_job_at_a_time(scene: Scene, ref: AttemptRef):
    """The second start is told that the slot is taken, not that it has no right."""
    scene.accept(ref, a_file(a_line()))
    scene.target.prepare(ref)
    scene.target.start(ref)
    with pytest.raises(TargetBusy):
        scene.target.start(ref)
    scene.finish()


def test_without_an_input_there_is_no_job(scene: Scene, ref: AttemptRef):
    """The hub looks before it starts."""
    with pytest.raises(TargetRefused) as refused:
        scene.target.start(ref)
    assert refused.value.code == scene.no_input


def test_behind_the_fence_a_late_start_is_refused(scene: Scene, ref: AttemptRef):
    """This is what makes a second attempt safe."""
    scene.accept(ref, a_file(a_line()))
    scene.target.prepare(ref)
    scene.target.fence(ref)
    with pytest.raises(TargetRefused):
        scene.target.start(ref)
    assert list(scene.target.look()) == []


def test_attempts_do_not_meet(scene: Scene, ref: AttemptRef):
    """The fence of one attempt does not keep the next from starting."""
    again = AttemptRef(ref.import_id, 2, 1)
    scene.accept(ref, a_file(a_line()))
    scene.target.prepare(ref)
    scene.target.prepare(again)
    scene.target.fence(ref)
    assert scene.target.start(again)
    scene.finish()


def test_preparing_twice_changes_nothing(scene: Scene, ref: AttemptRef):
    """A start that died while preparing is followed by another."""
    scene.accept(ref, a_file(a_line()))
    scene.target.prepare(ref)
    scene.target.prepare(ref)
    assert scene.target.start(ref)
    scene.finish()


def test_the_outcome_is_there_when_the_job_has_ended(scene: Scene, ref: AttemptRef):
    """Before, there is none; after, the failed lines and nothing else."""
    ref = replace(ref, lines=2)
    scene.accept(ref, a_file(a_line("d1"), a_line(EXISTS, importMode="create")))
    scene.target.prepare(ref)
    with scene.target.outcome(ref) as early:
        assert early is None
    scene.target.start(ref)
    scene.finish()
    with scene.target.outcome(ref) as errors:
        assert errors
        assert errors.take("d1", None) is None
        failed = errors.take(EXISTS, None)
        assert failed
        assert failed.code == "DeviceAlreadyExists"
        assert list(errors.rest()) == []


def test_clearing_leaves_nothing_and_can_be_repeated(scene: Scene, ref: AttemptRef):
    """Device keys do not stay behind."""
    scene.accept(ref, a_file(a_line()))
    scene.target.prepare(ref)
    scene.target.clear(ref)
    scene.target.clear(ref)
    with scene.target.outcome(ref) as nothing:
        assert nothing is None


@pytest.mark.parametrize(
    ("action", "status"),
    [
        pytest.param(Action.STATUS, 500, id="500"),
        pytest.param(Action.STATUS, 503, id="503"),
        pytest.param(Action.STATUS, 504, id="504"),
        pytest.param(Action.HTML, 0, id="a front end's page"),
        pytest.param(Action.HANG, 0, id="no answer"),
        pytest.param(Action.RESET, 0, id="reset"),
        pytest.param(Action.TRUNCATE, 0, id="cut off"),
    ],
)
def test_a_lost_answer_is_one_post_and_one_job(
    running_hub: RunningHub,
    storage: BlobServiceClient,
    ref: AttemptRef,
    action: Action,
    status: int,
):
    """azure-core would repeat it on 500, 503 and 504; the POSTs are counted where they arrive."""
    scene = emulated_scene(running_hub, storage)
    scene.accept(ref, a_file(a_line()))
    scene.target.prepare(ref)
    running_hub.hub.faults.add(Fault("POST /jobs/create", action, status, When.AFTER))
    with pytest.raises(AnswerLost):
        scene.target.start(ref)
    assert running_hub.hub.calls["POST /jobs/create"] == 1
    assert len(scene.target.look()) == 1
    scene.finish()


def test_a_throttled_start_is_told_from_a_lost_one(
    running_hub: RunningHub, storage: BlobServiceClient, ref: AttemptRef
):
    """429 surely started nothing."""
    scene = emulated_scene(running_hub, storage)
    running_hub.hub.faults.add(Fault("POST /jobs/create", Action.STATUS, 429))
    with pytest.raises(TargetThrottled):
        scene.target.start(ref)
    assert running_hub.hub.calls["POST /jobs/create"] == 1


def test_a_hub_that_is_not_there_was_surely_not_asked(
    running_hub: RunningHub, storage: BlobServiceClient, ref: AttemptRef
):
    """Nothing listens on port 1, so the call never left."""
    nowhere = IotHubClient("localhost:1", signing(running_hub), 1)
    target = IotHubTarget(nowhere, Exchange(storage, storage, SystemClock()), strict=False)
    with pytest.raises(TargetUnreachable):
        target.start(ref)


def test_looking_is_tried_again_and_then_left_to_the_next_poll(running_hub: RunningHub):
    """Reading may be repeated; what stays away is unavailable."""
    running_hub.hub.reset()
    client = a_client(running_hub)
    running_hub.hub.faults.add(Fault("GET /jobs", Action.STATUS, 503, times=1))
    assert client.jobs() == []
    running_hub.hub.faults.add(Fault("GET /jobs", Action.STATUS, 503, times=9))
    with pytest.raises(Unavailable):
        client.jobs()
    running_hub.hub.reset()


def test_a_wrong_key_is_refused_by_name(running_hub: RunningHub):
    """The sentence says what is wrong; it holds no key."""
    key = "d3Jvbmcta2V5LXdyb25nLWtleS13cm9uZy1rZXkhISE="
    client = IotHubClient(running_hub.host, signing(running_hub, key), 5, str(running_hub.ca_file))
    with pytest.raises(TargetRefused) as refused:
        client.jobs()
    assert refused.value.code.startswith("IotHubUnauthorized")
    assert key not in str(refused.value)
