import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.bulk_result import QUOTA
from shared.domain.errors import AnswerLost, TargetRefused, TargetUnreachable
from shared.domain.import_errors import LineError
from shared.domain.job import JobStatus
from shared.domain.lifecycle import State
from shared.use_cases.arrange_lines import LOOK_SECONDS
from shared.use_cases.poll_import_jobs import MISSING_FOR
from tests.builders import a_file, a_line
from tests.fakes.edge_hub import EDGE, FAMILY, GENERATION, EdgeWorld, scope
from tests.fakes.hub import FakeHub


@pytest.fixture
def world() -> EdgeWorld:
    return EdgeWorld()


def test_parents_are_made_first_and_children_name_their_new_scopes(world: EdgeWorld):
    """Each level is a job of its own; every line is told once, by its number in the file."""
    import_id = world.drop("factory-a/x", FAMILY)
    world.go_through(import_id)
    assert world.jobs == [["plain", "gw"], ["sub", "near"], ["leaf", "sub"]]
    assert world.devices["sub"]["parentScopes"] == [scope("gw", GENERATION)]
    assert world.devices["leaf"]["deviceScope"] == scope("sub", GENERATION)
    assert world.report(import_id) == [
        (1, "leaf", "applied", "scope_translated"),
        (2, "sub", "applied", "scope_translated"),
        (3, "sub", "applied", ""),
        (4, "plain", "applied", ""),
        (5, "gw", "applied", ""),
        (6, "near", "applied", "scope_translated"),
    ]
    counts = world.record(import_id).counts
    assert (counts.total, counts.accepted, counts.applied, counts.failed) == (6, 6, 6, 0)


def test_the_preview_is_of_the_whole_file(world: EdgeWorld):
    """What the file asks for is counted once, and compared with the hub before the first job."""
    import_id = world.drop("factory-a/x", FAMILY)
    assert world.record(import_id).state is State.ARRANGING
    assert world.record(import_id).effects == {"create_or_replace": 6}
    world.go_through(import_id)
    assert [dict(effects) for _, effects in world.hub.preflights] == [
        {"create_or_replace": 6},
        {},
        {},
    ]
    assert [ref.lines for ref in world.hub.posts] == [2, 2, 2]


def test_a_file_without_children_is_sent_at_once(world: EdgeWorld):
    """Nothing is looked up, and nothing laid out anew."""
    import_id = world.drop("factory-a/x", a_file(a_line("gw", **EDGE), a_line("d")))
    record = world.record(import_id)
    assert (record.state, record.phase) == (State.QUEUED, None)
    world.go_through(import_id)
    assert world.jobs == [["gw", "d"]]
    assert not world.scopes.asked


def test_a_file_that_goes_back_to_its_hub_is_sent_as_it_is(world: EdgeWorld):
    """The hub has the same scopes, so not a byte is changed, and one job does it."""
    world.scopes.known["gw"] = scope("gw")
    world.devices["gw"] = {}
    lines = [
        a_line("gw", importMode="update", deviceScope=scope("gw"), **EDGE),
        a_line("leaf", importMode="update", deviceScope=scope("gw")),
    ]
    import_id = world.drop("factory-a/x", a_file(*lines))
    world.tick()
    world.tick()
    assert world.hub.exchange[import_id, 1].splitlines() == lines
    world.go_through(import_id)
    assert [code for *_, code in world.report(import_id)] == ["", ""]


@pytest.mark.parametrize("generation", ["638000000000000001", GENERATION])
def test_a_parent_that_the_hub_has_already_is_looked_up(world: EdgeWorld, generation: str):
    """Under another generation, as after an earlier import, it is named by that one."""
    world.scopes.known["gw"] = scope("gw", generation)
    import_id = world.drop("factory-a/x", a_file(a_line("leaf", deviceScope=scope("gw"))))
    world.go_through(import_id)
    assert world.devices["leaf"]["deviceScope"] == scope("gw", generation)
    note = "scope_translated" if generation == GENERATION else ""
    assert world.report(import_id) == [(1, "leaf", "applied", note)]


def test_a_parent_that_nobody_has_is_left_to_the_hub(world: EdgeWorld):
    """The line goes as it is, and fails with what the hub says."""
    import_id = world.drop("factory-a/x", a_file(a_line("leaf", deviceScope=scope("gone"))))
    world.go_through(import_id)
    assert world.report(import_id) == [(1, "leaf", "failed", "InvalidDeviceScope")]


def test_children_of_a_parent_that_was_refused_are_not_sent(world: EdgeWorld):
    """They fail, all the way down, with the parent's error; and come back in the retry file."""
    world.refused = {"gw"}
    import_id = world.drop("factory-a/x", FAMILY)
    world.go_through(import_id)
    assert world.jobs == [["plain", "gw"], ["sub"]]
    assert world.report(import_id) == [
        (1, "leaf", "failed", "parent_failed"),
        (2, "sub", "failed", "parent_failed"),
        (3, "sub", "failed", "DeviceNotFound"),
        (4, "plain", "applied", ""),
        (5, "gw", "failed", "DeviceAlreadyExists"),
        (6, "near", "failed", "parent_failed"),
    ]
    text = world.work.files[f"reports/{import_id}/report.ndjson"].decode()
    assert text.count("gw was not imported: DeviceAlreadyExists: is there") == 3
    retry = world.work.lines(f"work/{import_id}/retry.ndjson")
    assert sorted(retry) == sorted(line for line in FAMILY.splitlines() if b"plain" not in line)


def test_an_import_of_which_no_child_may_be_sent_ends(world: EdgeWorld):
    """There is no job without a line."""
    world.refused = {"gw"}
    lines = a_file(a_line("gw", **EDGE), a_line("leaf", deviceScope=scope("gw")))
    import_id = world.drop("factory-a/x", lines)
    world.go_through(import_id)
    assert len(world.jobs) == 1
    assert world.record(import_id).state is State.COMPLETED
    assert [code for *_, code in world.report(import_id)] == [
        "DeviceAlreadyExists",
        "parent_failed",
    ]


def test_the_retry_file_is_good_as_it_stands(world: EdgeWorld):
    """What failed for its parent is dropped again when the reason is gone."""
    world.refused = {"gw"}
    first = world.drop("factory-a/x", FAMILY)
    world.go_through(first)
    world.refused = set()
    second = world.drop("factory-a/y", world.work.files[f"work/{first}/retry.ndjson"])
    world.go_through(second)
    assert {outcome for _, _, outcome, _ in world.report(second)} == {"applied"}


def test_looks_go_on_where_the_budget_ended(world: EdgeWorld):
    """What is known is kept; a parent is looked up once."""
    world.scopes.known = {f"gw{n}": scope(f"gw{n}", GENERATION) for n in range(5)}
    leaves = (a_line(f"leaf{n}", deviceScope=scope(f"gw{n}")) for n in range(5))
    import_id = world.drop("factory-a/x", a_file(*leaves))
    for _ in range(3):
        assert world.record(import_id).state is State.ARRANGING
        world.scopes.left = 2
        world.poll()
    assert sorted(world.scopes.asked) == [f"gw{n}" for n in range(5)]
    world.go_through(import_id)
    assert {code for *_, code in world.report(import_id)} == {"scope_translated"}


def test_looks_stop_when_others_have_waited_enough(world: EdgeWorld):
    """One poll serves all imports."""

    def slow(device_ids: Any, look: Callable[..., Any] = world.scopes.of) -> Any:
        world.clock.move(seconds=LOOK_SECONDS + 1)
        return look(device_ids)

    world.scopes.of = slow
    leaves = (a_line(f"leaf{n}", deviceScope=scope(f"gw{n}")) for n in range(150))
    world.drop("factory-a/x", a_file(*leaves))
    world.poll()
    assert len(world.scopes.asked) == 100
    world.poll()
    assert len(world.scopes.asked) == 150


def test_a_device_may_be_shown_a_little_late(world: EdgeWorld):
    """A hub shows what a job made some seconds after the job."""
    import_id = world.drop("factory-a/x", FAMILY)
    world.go_on()
    world.go_on()
    world.scopes.known.clear()
    world.go_on()
    world.go_on()
    assert world.record(import_id).state is State.ARRANGING
    world.scopes.known["gw"] = scope("gw", GENERATION)
    world.go_through(import_id)
    assert {outcome for _, _, outcome, _ in world.report(import_id)} == {"applied"}


def test_a_device_that_is_never_shown_has_no_children(world: EdgeWorld):
    """After a while that is told, and the rest goes on."""
    lines = a_file(a_line("gw", **EDGE), a_line("leaf", deviceScope=scope("gw")))
    import_id = world.drop("factory-a/x", lines)
    world.go_on()
    world.go_on()
    world.scopes.known.clear()
    world.poll()
    assert world.record(import_id).state is State.ARRANGING
    world.clock.move(seconds=MISSING_FOR.total_seconds() + 1)
    world.go_through(import_id)
    assert world.report(import_id)[1] == (2, "leaf", "failed", "parent_failed")


def test_what_was_seen_before_an_answer_got_lost_is_kept(world: EdgeWorld):
    """The next poll asks for the rest only."""
    look = world.scopes.of

    def lossy(device_ids: Any) -> Any:
        if len(world.scopes.asked) == 100:
            world.scopes.of = look
            raise AnswerLost
        return look(device_ids)

    world.scopes.of = lossy
    leaves = (a_line(f"leaf{n:03}", deviceScope=scope(f"gw{n:03}")) for n in range(150))
    import_id = world.drop("factory-a/x", a_file(*leaves))
    world.poll()
    assert world.record(import_id).state is State.ARRANGING
    world.poll()
    assert world.scopes.asked == [f"gw{n:03}" for n in range(150)]


def test_a_hub_that_does_not_answer_is_asked_again(world: EdgeWorld):
    """The import waits."""
    import_id = world.drop("factory-a/x", a_file(a_line("leaf", deviceScope=scope("gw"))))
    world.scopes.refuse = TargetUnreachable("away")
    world.poll()
    assert world.record(import_id).state is State.ARRANGING
    world.go_through(import_id)
    assert len(world.jobs) == 1


def test_a_hub_that_lets_nobody_look_ends_the_import(world: EdgeWorld):
    """With its reason; what was sent before keeps its outcome."""
    import_id = world.drop("factory-a/x", FAMILY)
    world.go_on()
    world.go_on()
    world.scopes.refuse = TargetRefused("IotHubUnauthorizedAccess", "needs registry read")
    world.go_through(import_id)
    record = world.record(import_id)
    assert (record.state, record.reason and record.reason.code) == (
        State.FAILED,
        "IotHubUnauthorizedAccess",
    )
    outcomes = {(device_id, outcome) for _, device_id, outcome, _ in world.report(import_id)}
    assert {("gw", "applied"), ("plain", "applied"), ("leaf", "failed")} <= outcomes


def test_a_target_that_tells_no_scopes_sends_the_file_as_it_is(world: EdgeWorld):
    """In one job, after a warning for each child."""
    world.hub.scopes = None
    import_id = world.drop("factory-a/x", FAMILY)
    assert world.record(import_id).findings["scope_not_translated"] == 3
    warned = map(json.loads, world.validated(import_id, "warnings.ndjson"))
    lines = {one["line"] for one in warned if one["code"] == "scope_not_translated"}
    assert lines == {1, 2, 6}
    world.go_through(import_id)
    assert len(world.jobs) == 1


def test_a_dry_run_sends_nothing(world: EdgeWorld):
    """Nor does it look anything up."""
    source = world.files.drop("factory-a/x", FAMILY, metadata={"dryrun": "true"})
    world.validate(source.name)
    (event,) = (record.unsent for record in world.records.stored.values())
    assert event[0].data["counts"]["accepted"] == 6
    assert not world.scopes.asked


def test_cancelled_between_two_phases(world: EdgeWorld):
    """What was applied is told so, and the rest is skipped."""
    import_id = world.drop("factory-a/x", FAMILY)
    world.go_on()
    world.go_on()
    assert world.record(import_id).state is State.ARRANGING
    world.cancel(import_id)
    world.go_through(import_id)
    assert world.record(import_id).state is State.CANCELLED
    assert [outcome for _, _, outcome, _ in world.report(import_id)] == [
        "skipped", "skipped", "skipped", "applied", "applied", "skipped",
    ]  # fmt: skip


def test_cancelled_too_late_for_the_phase_under_way(world: EdgeWorld):
    """Its job ends, and no other follows."""
    import_id = world.drop("factory-a/x", FAMILY)
    world.tick()
    world.tick()
    world.hub.cancels = False
    record = world.records.get(import_id)
    assert record
    world.records.replace(record.amend(cancel_asked_at=world.clock.now()))
    world.run_job()
    world.go_through(import_id)
    assert world.record(import_id).state is State.CANCELLED
    assert len(world.jobs) == 1


def test_a_phase_that_fails_ends_the_import(world: EdgeWorld):
    """Lines of the phases before keep their outcomes; those after it were not sent."""
    import_id = world.drop("factory-a/x", FAMILY)
    world.go_on()
    world.go_on()
    while world.record(import_id).state is not State.RUNNING:
        world.tick()
    world.hub.finish(status=JobStatus.FAILED, log=False, failure_reason="broken")
    world.go_through(import_id)
    assert world.record(import_id).state is State.FAILED
    outcomes = {(device_id, outcome) for _, device_id, outcome, _ in world.report(import_id)}
    assert outcomes >= {("gw", "applied"), ("sub", "failed"), ("leaf", "failed")}


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED])
def test_lines_of_phases_that_come_no_more_were_not_applied(world: EdgeWorld, status: JobStatus):
    """Also where the target tells of each line of the phase in which it was broken off."""
    import_id = world.drop("factory-a/x", FAMILY)
    world.tick()
    world.tick()
    error = LineError("plain", None, "cancelled", "cancelled before the hub answered")
    world.hub.finish(error, status=status, tells_of_lines=True)
    world.go_through(import_id)
    assert world.report(import_id) == [
        (1, "leaf", "failed", f"job_{status}"),
        (2, "sub", "failed", f"job_{status}"),
        (3, "sub", "failed", f"job_{status}"),
        (4, "plain", "failed", "cancelled"),
        (5, "gw", "applied", ""),
        (6, "near", "failed", f"job_{status}"),
    ]


def test_a_second_try_belongs_to_its_phase(world: EdgeWorld):
    """What a job had no room for is tried singly before the next phase begins."""
    world.hub.again = again = FakeHub(world.work, slot="again:hub-a")
    import_id = world.drop("factory-a/x", FAMILY)
    world.tick()
    world.tick()
    full = LineError("gw", None, QUOTA, "the hub takes no more devices")
    world.hub.finish(full)
    world.scopes.known["gw"] = scope("gw", GENERATION)
    while not again.posts:
        world.poll()
    assert [again.posts[0].lines, again.posts[0].number] == [1, 2]
    again.finish()
    world.go_through(import_id)
    assert world.report(import_id)[4] == (5, "gw", "applied", "applied_on_second_try")
    assert world.jobs == [["sub", "near"], ["leaf", "sub"]]
    assert {outcome for _, _, outcome, _ in world.report(import_id)} == {"applied"}


def test_others_may_go_in_between(world: EdgeWorld):
    """The slot is free while scopes are looked up, and the import keeps its place in the queue."""
    import_id = world.drop("factory-a/x", FAMILY)
    world.go_on()
    world.go_on()
    world.scopes.left = 0
    other = world.drop("factory-a/y", a_file(a_line("other")))
    world.go_on()
    world.go_on()
    assert world.jobs[1] == ["other"]
    world.scopes.left = None
    world.go_through(import_id)
    world.go_through(other)
