"""The target `intune` against a tenant that refuses, loses and throttles."""

import math

import pytest
from azure.storage.blob import BlobServiceClient

from emulators.graph.server import RunningGraph
from emulators.iot_hub.faults import Action, When
from shared.adapters.intune_run import CHUNK_LINES, MOST_TRIES
from shared.adapters.local_credential import LocalCredential
from shared.domain.corporate_identifier import DESCRIPTION, IMEI, MODEL, PLATFORM
from shared.domain.errors import Conflict
from shared.domain.job import JobStatus
from tests.contract.intune_scene import IMPORT, SEARCH, IntuneScene, a_bad_one, an_identifier
from tests.fakes.clock import FakeClock


@pytest.fixture
def scene(running_graph: RunningGraph, storage: BlobServiceClient) -> IntuneScene:
    return IntuneScene(running_graph, storage)


def serials(count: int) -> list[str]:
    return [f"SN{number:05}" for number in range(count)]


def test_identifiers_of_every_type_arrive(scene: IntuneScene):
    """The check finds them, also models, which Intune spells its own way; `status` is false."""
    ref = scene.started(
        an_identifier("SN1", **{DESCRIPTION: "warehouse 1"}),
        an_identifier("359123456789012", IMEI),
        an_identifier("Contoso Ltd.,Model X-1,sn 42", MODEL, **{PLATFORM: "windows"}),
    )
    assert scene.advance(ref).status is JobStatus.COMPLETED
    assert scene.told(ref, ["SN1", "359123456789012", "Contoso Ltd.,Model X-1,sn 42"]) == {}
    assert scene.calls == (1, 1)


def test_a_long_file_goes_in_chunks(scene: IntuneScene):
    """One import and one search for each; the last one is what is left."""
    names = serials(2 * CHUNK_LINES + 1)
    ref = scene.started(*map(an_identifier, names))
    assert scene.advance(ref).status is JobStatus.COMPLETED
    assert scene.told(ref, names) == {}
    assert scene.calls == (3, 3)


def test_a_poll_ends_in_time_and_the_next_goes_on(scene: IntuneScene):
    """Nothing is sent twice, however often the run is left."""

    class SlowClock(FakeClock):
        def monotonic(self) -> float:
            self.move(seconds=25)
            return super().monotonic()

    names = serials(CHUNK_LINES + 1)
    scene.clock = SlowClock()
    scene.target = scene.another()
    ref = scene.started(*map(an_identifier, names))
    polls = 1
    while not scene.advance(ref).status.is_final:
        polls += 1
    assert polls > 1
    assert scene.told(ref, names) == {}
    assert scene.calls == (2, 2)


@pytest.mark.parametrize("bad", [0, 250, CHUNK_LINES - 1])
def test_a_refused_chunk_is_halved_down_to_the_bad_line(scene: IntuneScene, bad: int):
    """It fails with what Graph says; the others are imported, with few calls more."""
    names = serials(CHUNK_LINES)
    lines = [an_identifier(name) for name in names]
    lines[bad] = a_bad_one(names[bad])
    ref = scene.started(*lines)
    assert scene.finish(ref).status is JobStatus.COMPLETED
    told = scene.told(ref, names)
    assert [*told] == [names[bad]]
    assert told[names[bad]].code == "ModelValidationFailure"
    assert "amiga" in told[names[bad]].message
    assert not told[names[bad]].applied
    assert sum(scene.calls) <= 2 + 2 * math.ceil(math.log2(CHUNK_LINES))


def test_a_chunk_of_nothing_but_bad_lines_ends_as_well(scene: IntuneScene):
    """Each is told of, and nothing is searched for."""
    names = serials(5)
    ref = scene.started(*map(a_bad_one, names))
    scene.finish(ref)
    assert [*scene.told(ref, names)] == names
    assert scene.calls[1] == 0


def test_a_tenant_with_smaller_calls_gets_smaller_calls(
    running_graph: RunningGraph, scene: IntuneScene
):
    """No limit is documented; where there is one, the halves fit, in the check as well."""
    names = serials(40)
    ref = scene.started(*map(an_identifier, names))
    running_graph.tenant.item_limit = 10
    try:
        scene.finish(ref)
    finally:
        running_graph.tenant.item_limit = None
    assert scene.told(ref, names) == {}


def test_existing_details_are_left_alone_and_that_is_noted(scene: IntuneScene):
    """The identifier is there, so the line is applied; without a difference there is no note."""
    scene.has("SN1", "SN2", "SN3")
    lines = (an_identifier("SN1", **{DESCRIPTION: "new"}),)
    ref = scene.started(*lines, an_identifier("SN2", **{DESCRIPTION: "old"}), an_identifier("SN3"))
    scene.finish(ref)
    told = scene.told(ref, ["SN1", "SN2", "SN3"])
    assert {name: (one.code, one.applied) for name, one in told.items()} == {
        "SN1": ("AlreadyExists", True)
    }


def test_existing_details_are_overwritten_where_the_target_says_so(
    running_graph: RunningGraph, storage: BlobServiceClient
):
    """By the flag of the call."""
    scene = IntuneScene(running_graph, storage, overwrite=True)
    scene.has("SN1")
    ref = scene.started(an_identifier("SN1", **{DESCRIPTION: "new"}))
    scene.finish(ref)
    assert scene.told(ref, ["SN1"]) == {}
    assert scene.calls == (1, 1)


@pytest.mark.parametrize("action", [Action.RESET, Action.TRUNCATE, Action.HTML, Action.HANG])
def test_after_a_lost_answer_intune_is_asked_before_anything_is_sent(
    running_graph: RunningGraph, storage: BlobServiceClient, action: Action
):
    """It has everything, so there is no second import; nobody hurries either."""
    scene = IntuneScene(running_graph, storage, timeout=1)
    ref = scene.started(an_identifier("SN1"))
    scene.break_next(IMPORT, action)
    assert scene.advance(ref).status is JobStatus.RUNNING
    assert scene.advance(ref).status is JobStatus.RUNNING
    assert scene.calls == (1, 0)
    scene.clock.move(seconds=15)
    assert scene.advance(ref).status is JobStatus.COMPLETED
    assert scene.calls == (1, 2)
    assert scene.told(ref, ["SN1"]) == {}


def test_what_is_missing_after_a_lost_answer_is_sent_again(scene: IntuneScene):
    """And nothing else."""
    scene.has("SN1")
    ref = scene.started(an_identifier("SN1"), an_identifier("SN2"))
    scene.break_next(IMPORT, Action.STATUS, 503, When.BEFORE)
    scene.finish(ref)
    assert scene.calls == (2, 2)
    assert scene.told(ref, ["SN1", "SN2"]) == {}


def test_a_worker_that_dies_after_the_call_is_followed_by_another(scene: IntuneScene):
    """The intent is stored, so the next one asks first."""
    ref = scene.started(an_identifier("SN1"))
    run = scene.target._runs  # noqa: SLF001 - this worker dies here
    write, writes = run.write, 0

    def dying(*arguments):
        nonlocal writes
        writes += 1
        if writes == 2:
            raise KeyboardInterrupt
        return write(*arguments)

    run.write = dying
    with pytest.raises(KeyboardInterrupt):
        scene.advance(ref)
    scene.target = scene.another()
    assert scene.advance(ref).status is JobStatus.COMPLETED
    assert scene.calls == (1, 2)


def test_a_worker_that_was_overtaken_stops(scene: IntuneScene):
    """Two pollers at once: the one whose version is gone leaves the run to the other."""
    ref = scene.started(an_identifier("SN1"))
    runs = scene.target._runs  # noqa: SLF001 - to be overtaken in the middle
    read, late = runs.read, scene.another()

    def overtaken(of):
        stored = read(of)
        late.advance(of, "job", [])
        return stored

    runs.read = overtaken
    with pytest.raises(Conflict):
        scene.advance(ref)
    assert scene.calls == (1, 1)
    assert [job.status for job in scene.target.look()] == [JobStatus.COMPLETED]


@pytest.mark.parametrize(("retry_after", "seconds"), [(120, 120), (None, 15)])
@pytest.mark.parametrize("operation", [IMPORT, SEARCH])
def test_a_throttled_run_waits(
    running_graph: RunningGraph,
    scene: IntuneScene,
    operation: str,
    retry_after: int | None,
    seconds: int,
):
    """As long as Intune says, or for a while if it does not; no poll calls before."""
    ref = scene.started(an_identifier("SN1"))
    running_graph.tenant.retry_after = retry_after
    scene.break_next(operation, Action.STATUS, 429, When.BEFORE)
    assert scene.advance(ref).status is JobStatus.RUNNING
    calls = scene.calls
    scene.clock.move(seconds=seconds - 1)
    assert scene.advance(ref).status is JobStatus.RUNNING
    assert scene.calls == calls
    scene.clock.move(seconds=1)
    assert scene.advance(ref).status is JobStatus.COMPLETED
    assert scene.told(ref, ["SN1"]) == {}


def test_a_call_that_never_has_an_answer_is_given_up(scene: IntuneScene):
    """The check tells what there is after all, so every file ends."""
    scene.has("SN1")
    ref = scene.started(an_identifier("SN1"), an_identifier("SN2"))
    scene.break_next(IMPORT, Action.STATUS, 500, When.BEFORE, times=MOST_TRIES + 1)
    assert scene.finish(ref).status is JobStatus.COMPLETED
    assert {name: one.code for name, one in scene.told(ref, ["SN1", "SN2"]).items()} == {
        "SN2": "NotImported"
    }


def test_what_cannot_be_verified_has_failed(scene: IntuneScene):
    """Nobody knows, and the sender is told so."""
    ref = scene.started(an_identifier("SN1"))
    scene.break_next(SEARCH, Action.STATUS, 500, When.BEFORE, times=MOST_TRIES + 1)
    scene.finish(ref)
    assert scene.told(ref, ["SN1"])["SN1"].code == "NotVerified"


def test_without_the_permission_the_run_fails_with_the_first_call(
    running_graph: RunningGraph, storage: BlobServiceClient
):
    """Everybody would be refused, so nobody is asked for line by line."""

    class Powerless(LocalCredential):
        def get_token(self, *_scopes: str, **options):
            return super().get_token("https://storage.azure.com/.default", **options)

    scene = IntuneScene(running_graph, storage, credential=Powerless())
    ref = scene.started(*map(an_identifier, serials(3)))
    job = scene.advance(ref)
    assert job.status is JobStatus.FAILED
    assert job.failure_reason.startswith("InvalidAuthenticationToken")
    assert scene.calls == (1, 0)


def test_lines_that_are_gone_end_the_run(scene: IntuneScene):
    """They cannot come back, so waiting would not help."""
    ref = scene.started(an_identifier("SN1"))
    scene.lose_lines(ref)
    job = scene.advance(ref)
    assert (job.status, scene.calls) == (JobStatus.FAILED, (0, 0))


def test_nothing_is_left_in_storage(scene: IntuneScene):
    """Neither the run nor what was told."""
    ref = scene.started(a_bad_one("SN1"))
    scene.finish(ref)
    assert [*scene.documents.list("")]
    scene.target.clear(ref)
    assert [*scene.documents.list("")] == []
