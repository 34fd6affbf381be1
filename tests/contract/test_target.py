"""What a target promises: the fake hub, and the emulated one by each plane and contract."""

from dataclasses import replace
from typing import Any

import pytest

from emulators.iot_hub.faults import Action, Fault, When
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.pace import Pace
from emulators.iot_hub.server import serve
from shared.adapters.iot_hub import IotHubTarget
from shared.adapters.iot_hub_bulk import MANY, ONE
from shared.adapters.iot_hub_client import IotHubClient, SharedAccessPolicy, bearer_token
from shared.domain.errors import (
    AnswerLost,
    CannotCancel,
    StorageNotReady,
    TargetBusy,
    TargetRefused,
    TargetThrottled,
    TargetUnreachable,
    Unavailable,
)
from shared.domain.import_record import Export
from shared.domain.job import JobStatus
from shared.domain.task import Task
from shared.ports import AttemptRef
from shared.settings import TargetKind
from tests.builders import a_file, a_line
from tests.contract.targets import (
    ASSIGNED,
    EXISTS,
    PLANES,
    Scene,
    Service,
    bulk_scene,
    configuration,
    fake_scene,
    intune_scene,
    ways_scene,
)
from tests.entra import UnsignedToken


#: Hubs whose jobs go by one of the planes; those of the kinds `iot_hub` and `auto` have several
#: ways, of which the first is that of the data plane.
HUBS = ("fake", *PLANES, "several ways")
RUNS = ("intune", "bulk calls", "single calls")
#: Every kind that settings know, by the targets that prove it here.
KINDS = {
    TargetKind.IOT_HUB: {"data plane", "several ways", "single calls"},
    TargetKind.AUTO: {"several ways", "bulk calls", "single calls"},
    TargetKind.IOT_HUB_BULK: {"bulk calls"},
    TargetKind.IOT_HUB_ARM: {"ARM", "ARM of 2016"},
    TargetKind.INTUNE: {"intune"},
}
#: Targets that tell a second start from the first; a run of bulk calls is the same one.
TAKES_ONE = pytest.mark.parametrize("scene", [*HUBS, "intune"], indirect=True)
POSTS = {"data plane": "POST /jobs/create", "ARM": "POST /IotHubs/{hub}/importDevices"}


def scene_of(kind: str, request: Any) -> Scene:
    if kind == "fake":
        return fake_scene()
    if kind == "intune":
        graph = request.getfixturevalue("running_graph")
        return intune_scene(graph, request.getfixturevalue("storage"))
    service: Service = request.getfixturevalue("service")
    if kind in PLANES:
        return service.scene(kind)
    fresh = request.getfixturevalue("fresh")
    if kind == "several ways":
        return ways_scene(service, fresh)
    habit = MANY if kind == "bulk calls" else ONE
    return bulk_scene(service.host, service.storage, fresh, habit)


@pytest.fixture(params=[*HUBS, *RUNS])
def scene(request: Any) -> Scene:
    """Any target."""
    return scene_of(request.param, request)


@pytest.fixture(params=HUBS)
def hub(request: Any) -> Scene:
    """A target that is a hub."""
    return scene_of(request.param, request)


@pytest.fixture
def ref(fresh: str) -> AttemptRef:
    return AttemptRef(fresh, 1, 1)


def test_every_kind_of_settings_is_here():
    """A kind that is added needs a target in this suite, and no target here is of no kind."""
    assert KINDS.keys() == set(TargetKind)
    assert set.union(*KINDS.values()) | {"fake"} == {*HUBS, *RUNS}


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
    assert scene.target.advance(ref, job_id, [job])
    scene.finish()
    (job,) = scene.target.look()
    assert (job.status, job.takes_slot) == (JobStatus.COMPLETED, False)


@TAKES_ONE
def test_a_hub_takes_one_job_at_a_time(scene: Scene, ref: AttemptRef):
    """The second start is told that the slot is taken, not that it has no right."""
    scene.accept(ref, a_file(a_line()))
    scene.target.prepare(ref)
    scene.target.start(ref)
    with pytest.raises(TargetBusy):
        scene.target.start(ref)
    scene.finish()


def test_without_an_input_there_is_no_job(scene: Scene, ref: AttemptRef):
    """The hub looks before it starts. Of 2016 it says no more than that something went wrong."""
    with pytest.raises((TargetRefused, AnswerLost)):
        scene.target.start(ref)
    assert list(scene.target.look()) == []


def test_a_container_is_waited_for_if_the_hub_uses_its_identity(service: Service, ref: AttemptRef):
    """The hub's refusal is the same; only the reaction is another."""
    client = service.client(identity_account="exchange1")
    target = IotHubTarget(client, service.exchange, strict=False)
    with pytest.raises(StorageNotReady, match=r"Storage Blob Data Contributor .* exchange1: "):
        target.start(ref)
    assert service.hub.calls["POST /jobs/create"] == 1


@pytest.mark.parametrize("task", Task)
def test_behind_the_fence_a_late_start_is_refused(hub: Scene, ref: AttemptRef, task: Task):
    """This is what makes a second attempt safe, whatever it is for."""
    ref = AttemptRef(ref.import_id, 1, 1, task, Export() if task is Task.EXPORT else None)
    hub.accept(ref, a_file(a_line()))
    hub.target.prepare(ref)
    hub.target.fence(ref)
    with pytest.raises((TargetRefused, AnswerLost)):
        hub.target.start(ref)
    assert list(hub.target.look()) == []


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
        assert failed.code in {"DeviceAlreadyExists", "AlreadyExists"}
        assert list(errors.rest()) == []


def test_an_export_writes_its_files(hub: Scene, ref: AttemptRef):
    """Not before the job has ended; then one file, and a second with configurations if asked."""
    ref = AttemptRef(ref.import_id, 1, 0, Task.EXPORT, Export(configurations=True))
    hub.target.preflight(ref, {})
    hub.target.prepare(ref)
    assert hub.target.exported(ref) is None
    hub.target.start(ref)
    (job,) = hub.target.look()
    assert (job.kind, job.takes_slot) == ("export", True)
    hub.finish()
    files = hub.target.exported(ref)
    assert files
    assert {name: EXISTS.encode() in b"".join(chunks) for name, chunks in files.items()} == {
        "devices.txt": True,
        "configurations.txt": False,
    }


def test_a_cancelled_job_has_ended(scene: Scene, ref: AttemptRef):
    """Where a job can be cancelled it is, and doing so twice is no error; else that is said."""
    scene.accept(ref, a_file(a_line()))
    scene.target.prepare(ref)
    job_id = scene.target.start(ref)
    if not scene.cancels:
        with pytest.raises(CannotCancel, match=f"cannot cancel jobs; cancel job {job_id}"):
            scene.target.cancel(job_id)
        scene.finish()
        return
    scene.target.cancel(job_id)
    scene.target.cancel(job_id)
    scene.target.cancel("00000000-0000-0000-0000-000000000000")
    (job,) = scene.target.look()
    assert job.status is JobStatus.CANCELLED


def test_a_hub_that_is_ready_passes_the_preflight(scene: Scene, ref: AttemptRef):
    """Nothing is raised, and nothing that was tried keeps the job from its work."""
    scene.accept(ref, a_file(a_line()))
    scene.target.preflight(ref, {"create": 1})
    scene.target.prepare(ref)
    assert scene.target.start(ref)
    scene.finish()


def test_clearing_leaves_nothing_and_can_be_repeated(scene: Scene, ref: AttemptRef):
    """Device keys do not stay behind."""
    scene.accept(ref, a_file(a_line()))
    scene.target.prepare(ref)
    scene.target.clear(ref)
    scene.target.clear(ref)
    with scene.target.outcome(ref) as nothing:
        assert nothing is None


@pytest.mark.parametrize("plane", ["data plane", "ARM"])
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
    service: Service, ref: AttemptRef, plane: str, action: Action, status: int
):
    """azure-core would repeat it on 500, 503 and 504; the POSTs are counted where they arrive."""
    scene = service.scene(plane)
    called = service.hub if plane == "data plane" else service.running.management
    scene.accept(ref, a_file(a_line()))
    scene.target.prepare(ref)
    called.faults.add(Fault(POSTS[plane], action, status, When.AFTER))
    with pytest.raises(AnswerLost):
        scene.target.start(ref)
    assert called.calls[POSTS[plane]] == 1
    assert len(scene.target.look()) == 1
    scene.finish()


@pytest.mark.parametrize("plane", ["data plane", "ARM"])
def test_a_throttled_start_is_told_from_a_lost_one(service: Service, ref: AttemptRef, plane: str):
    """429 surely started nothing, and is not repeated even if it says when to."""
    scene = service.scene(plane)
    called = service.hub if plane == "data plane" else service.running.management
    called.faults.add(Fault(POSTS[plane], Action.STATUS, 429))
    with pytest.raises(TargetThrottled):
        scene.target.start(ref)
    assert called.calls[POSTS[plane]] == 1


def test_a_hub_that_is_not_there_was_surely_not_asked(service: Service, ref: AttemptRef):
    """Nothing listens on port 1, so the call never left."""
    signing = SharedAccessPolicy("localhost:1", "iothubowner", "")
    nowhere = IotHubClient("localhost:1", signing, 1)
    with pytest.raises(TargetUnreachable):
        IotHubTarget(nowhere, service.exchange, strict=False).start(ref)


def test_looking_is_tried_again_and_then_left_to_the_next_poll(service: Service):
    """Reading may be repeated; what stays away is unavailable."""
    client = service.client()
    service.hub.faults.add(Fault("GET /jobs", Action.STATUS, 503, times=1))
    assert client.jobs() == []
    service.hub.faults.add(Fault("GET /jobs", Action.STATUS, 503, times=9))
    with pytest.raises(Unavailable):
        client.jobs()


def test_a_wrong_key_is_refused_by_name(service: Service):
    """The sentence says which right is needed; it holds no key."""
    key = "d3Jvbmcta2V5LXdyb25nLWtleS13cm9uZy1rZXkhISE="
    with pytest.raises(TargetRefused, match="IoT Hub Data Contributor") as refused:
        service.client(key).jobs()
    assert refused.value.code.startswith("IotHubUnauthorized")
    assert key not in str(refused.value)


def test_a_hub_takes_a_token_instead_of_a_key(service: Service, ref: AttemptRef):
    """One of Entra ID, for the audience of all hubs; for another one the right is named."""
    host, ca_file = service.host.host, str(service.host.ca_file)

    def target(audience: str) -> IotHubTarget:
        client = IotHubClient(host, bearer_token(UnsignedToken(audience)), 1, ca_file)
        return IotHubTarget(client, service.exchange, strict=False)

    scene = service.scene("data plane")
    scene.accept(ref, a_file(a_line("by-token")))
    by_token = target("https://iothubs.azure.net")
    by_token.preflight(ref, {"create": 1})
    by_token.prepare(ref)
    by_token.start(ref)
    scene.finish()
    assert service.hub.registry.find("by-token")
    with pytest.raises(TargetRefused, match="IoT Hub Data Contributor"):
        target("https://management.azure.com").look()


def test_a_job_that_waits_at_the_hub_is_cancelled_as_well(service: Service, ref: AttemptRef):
    """The hub says 204 then; it never touches anything."""
    scene = service.scene("data plane")
    with serve(Hub("slow", pace=Pace(enqueued=600))) as running:
        owner = running.hub.policies["iothubowner"]
        signing = SharedAccessPolicy(running.host, "iothubowner", owner.key)
        client = IotHubClient(running.host, signing, 1, str(running.ca_file))
        target = IotHubTarget(client, service.exchange, strict=False)
        scene.accept(ref, a_file(a_line()))
        target.prepare(ref)
        job_id = target.start(ref)
        target.cancel(job_id)
        assert [job.status for job in target.look()] == [JobStatus.CANCELLED]
        assert len(running.hub.registry) == 0


@pytest.mark.parametrize("identity", ["system", ASSIGNED])
@pytest.mark.parametrize("plane", PLANES)
def test_a_hub_with_an_identity_needs_no_signature(
    service: Service, ref: AttemptRef, plane: str, identity: str
):
    """The addresses carry nothing that opens a container; the hub comes as who it is."""
    source, output = service.exchange.addresses(ref, signed=False)
    assert "?" not in source + output
    scene = service.scene(plane, None if plane == "ARM of 2016" else identity)
    scene.accept(ref, a_file(a_line("by-identity")))
    scene.target.preflight(ref, {"create": 1})
    scene.target.prepare(ref)
    scene.target.start(ref)
    scene.finish()
    with scene.target.outcome(ref) as errors:
        assert errors
        assert list(errors.rest()) == []
    assert service.hub.registry.find("by-identity")


@pytest.mark.parametrize("plane", PLANES)
def test_configurations_are_imported_line_by_line(service: Service, ref: AttemptRef, plane: str):
    """The hub's log of them is read, and each refusal is found by the configuration's id."""
    ref = AttemptRef(ref.import_id, 1, 2, Task.IMPORT_CONFIGURATIONS)
    scene = service.scene(plane)
    bad = configuration("no-condition").replace(b"tags.a='b'", b"tags.a ===")
    scene.accept(ref, a_file(configuration("fast"), bad))
    scene.target.preflight(ref, {})
    scene.target.prepare(ref)
    scene.target.start(ref)
    scene.finish()
    assert [one.id for one in service.hub.configurations.all()] == ["fast"]
    with scene.target.outcome(ref) as errors:
        assert errors
        assert errors.take("fast", None) is None
        assert errors.take("no-condition", None)
