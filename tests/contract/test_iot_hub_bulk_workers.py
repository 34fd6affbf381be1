"""Workers that make bulk calls: killed, paused, late and slow."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient

from emulators.iot_hub.server import RunningHub
from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.bulk_run import BulkHabit
from shared.adapters.iot_hub_bulk import MANY
from shared.adapters.run_documents import job_id
from shared.adapters.storage import Container
from shared.domain.bulk_result import BulkResult, CallRefused
from shared.domain.errors import AnswerLost, Conflict, Unavailable
from shared.domain.job import JobStatus
from shared.ports import AttemptRef
from tests.builders import a_line
from tests.bulk_calls import PATIENCE, BulkCalls, CountingRegistry, devices, standing_hub
from tests.fakes.clock import FakeClock


class Watched(BlobDocuments):
    """Documents whose writes are watched."""

    def __init__(self, container: Container, watch: Callable[[str], None]) -> None:
        super().__init__(container)
        self._watch = watch

    def _write(self, name: str, path: str, *args: Any, **conditions: Any) -> str:
        self._watch("before")
        version = super()._write(name, path, *args, **conditions)
        self._watch("after")
        return version


class Mortal(CountingRegistry):
    """A registry whose calls are steps of which a worker may die."""

    def __init__(self, calls: BulkCalls, watch: Callable[[str], None]) -> None:
        super().__init__(calls.client, calls.clock)
        self._watch = watch
        self.calls = calls.registry.calls
        self._used = calls.registry._used  # noqa: SLF001 - its heir

    def apply(self, lines: Sequence[bytes]) -> BulkResult | CallRefused:
        self._watch("before")
        answer = super().apply(lines)
        self._watch("after")
        return answer


@dataclass
class Killer:
    """Kills the worker before or after one of its steps."""

    step: int
    when: str
    steps: int = 0

    def __call__(self, when: str) -> None:
        self.steps += when == "before"
        if (self.steps, when) == (self.step, self.when):
            raise KeyboardInterrupt


@dataclass
class Asleep:
    """Lets the worker sleep after its second write: the budget's comes first, then the intent."""

    clock: FakeClock
    seconds: float
    writes: int = 0

    def after(self, when: str) -> None:
        self.writes += when == "after"
        if (self.writes, when) == (2, "after"):
            self.clock.move(seconds=self.seconds)


class LateRegistry(CountingRegistry):
    """A registry whose answer comes so late that another worker has finished the import."""

    def __init__(self, calls: BulkCalls, ref: AttemptRef) -> None:
        super().__init__(calls.client, calls.clock)
        self._calls, self._ref = calls, ref
        self.others: JobStatus | None = None

    def apply(self, lines: Sequence[bytes]) -> BulkResult | CallRefused:
        answer = super().apply(lines)
        self._calls.place = self._calls.worker()
        self._calls.wait(PATIENCE.total_seconds())
        self._calls.finish(self._ref)
        self.others = JobStatus.COMPLETED
        return answer


def test_a_worker_that_was_paused_makes_no_call(calls: BulkCalls):
    """It stored its intent and slept; when it wakes, another one may have gone on."""
    asleep = Asleep(calls.clock, PATIENCE.total_seconds())
    ref = calls.accept(*devices(3, importMode="create"))
    documents = Watched(Container(calls.storage, calls.fresh), asleep.after)
    calls.place = calls.worker(documents)
    assert calls.poll(ref).status is JobStatus.RUNNING
    assert asleep.writes == 2
    assert calls.registry.calls == []
    calls.place = calls.worker()
    calls.finish(ref)
    assert [len(call) for call in calls.registry.calls] == [1, 1, 1]
    assert len(calls.running.hub.registry) == 3


def test_what_a_late_worker_knows_counts_no_more(calls: BulkCalls):
    """It was paused after its call; meanwhile its lines were looked at, and the import went on."""
    ref = calls.accept(*devices(3, importMode="create"))
    late = LateRegistry(calls, ref)
    calls.place = calls.worker(registry=late)
    with pytest.raises(Conflict):
        calls.poll(ref)
    assert late.others == JobStatus.COMPLETED
    assert len(calls.said(ref)) == 3
    assert calls.running.hub.calls["POST /devices"] == 1


#: Half a minute's budget a call.
HALVES = replace(MANY, chunk=50)


@pytest.mark.parametrize(
    ("when", "applied", "said"),
    [
        pytest.param("before", 99, set(), id="not arrived"),
        pytest.param("after", 149, {("found_applied", True)}, id="applied"),
    ],
)
def test_250_devices_survive_a_kill_in_the_middle(
    calls: BulkCalls, when: str, applied: int, said: set[tuple[str, bool]]
):
    """The third call dies with its worker: its fifty lines are looked at, and none is lost.

    After the patience each of them costs two operations, which is that minute's budget; a hundred
    others follow a minute later, and then the last. No minute has more than the hub takes.
    """
    killer = Killer(3, when)
    calls.habit, calls.place = HALVES, calls.worker(registry=Mortal(calls, killer))
    ref = calls.accept(*devices(250, importMode="create"))
    calls.poll(ref)
    calls.wait(60)
    with pytest.raises(KeyboardInterrupt):
        calls.poll(ref)
    hub = calls.running.hub
    assert len(hub.registry) == applied
    before = list(hub.registry)
    calls.place = calls.worker()
    assert calls.finish(ref) == PATIENCE.total_seconds() + 120
    assert len(hub.registry) == 250
    assert [one for one in hub.registry if one in before] == before
    assert {(one.code, one.applied) for one in calls.said(ref)} == said
    assert calls.registry.busiest_minute() <= 100
    assert calls.registry.throttled == 0


class SlowRegistry(CountingRegistry):
    """A registry whose calls take nine seconds each."""

    def __init__(self, calls: BulkCalls) -> None:
        super().__init__(calls.client, calls.clock)
        self._wait = calls.wait

    def apply(self, lines: Sequence[bytes]) -> BulkResult | CallRefused:
        self._wait(9)
        return super().apply(lines)


def test_a_run_ends_in_time_and_the_next_goes_on(calls: BulkCalls):
    """Three calls were begun within 20 seconds; nothing hangs on how many lines there are."""
    calls.running.hub.scale(None)
    habit = replace(calls.habit, chunk=2)
    slow = SlowRegistry(calls)
    calls.habit, calls.place = habit, calls.worker(registry=slow)
    ref = calls.accept(*devices(10, importMode="create"))
    assert calls.poll(ref).status is JobStatus.RUNNING
    assert len(slow.calls) == 3
    assert calls.poll(ref).status is JobStatus.COMPLETED
    assert [len(call) for call in slow.calls] == [2] * 5
    assert calls.said(ref) == []


@pytest.fixture(scope="module")
def free_hub() -> Iterator[RunningHub]:
    with standing_hub() as running:
        yield running


#: Writes and calls of the import that is killed below.
STEPS = 21


def an_import_with_everything(
    hub: RunningHub, storage: BlobServiceClient, fresh: str
) -> tuple[BulkCalls, AttemptRef]:
    """Three calls; one line is refused, and one twin gets lost."""
    hub.hub.reset()
    hub.hub.twins_to_lose = 1
    calls = BulkCalls(hub, storage, fresh, rate=1000, habit=BulkHabit("bulk", chunk=3))
    lines = devices(7, tags={"floor": 1})
    lines[4] = a_line("missing", importMode="update", tags={"floor": 1})
    return calls, calls.accept(*lines)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_killed_anywhere_nothing_is_lost_and_nothing_done_twice(
    free_hub: RunningHub, storage: BlobServiceClient, fresh: str, step: int, when: str
):
    """No identity is written a second time, for that would make new keys; all twins are there."""
    calls, ref = an_import_with_everything(free_hub, storage, fresh)
    killer = Killer(step, when)
    calls.place = calls.worker(Watched(Container(storage, fresh), killer), Mortal(calls, killer))
    with pytest.raises(KeyboardInterrupt):
        calls.poll(ref)
    calls.place = calls.worker()
    calls.finish(ref)
    identities = list(free_hub.hub.registry)
    assert len(identities) == 6
    assert {identity.tags for identity in identities} == {'{"floor": 1}'}
    assert {identity.status_updated for identity in identities} == {None}
    refused = [(one.device_id, one.code) for one in calls.said(ref) if not one.applied]
    assert refused == [("missing", "DeviceNotFound")]


def test_the_killing_above_leaves_no_step_out(
    free_hub: RunningHub, storage: BlobServiceClient, fresh: str
):
    """The same import with nobody to kill it has as many steps."""
    calls, ref = an_import_with_everything(free_hub, storage, fresh)
    killer = Killer(0, "never")
    calls.place = calls.worker(Watched(Container(storage, fresh), killer), Mortal(calls, killer))
    calls.finish(ref)
    assert killer.steps == STEPS


def test_a_start_whose_answer_got_lost_may_be_going(calls: BulkCalls):
    """Were it taken for one that never happened, its run would keep the slot for good."""

    def lost(when: str) -> None:
        if when == "after":
            message = "storage: no answer"
            raise Unavailable(message)

    ref = calls.lay_out(*devices(2, importMode="create"))
    calls.place = calls.worker(Watched(Container(calls.storage, calls.fresh), lost))
    with pytest.raises(AnswerLost):
        calls.target.start(ref)
    calls.place = calls.worker()
    (job,) = calls.target.look()
    assert job.takes_slot
    calls.finish(ref)
    assert calls.said(ref) == []


def test_what_a_dead_worker_put_away_is_told_once(calls: BulkCalls):
    """It stored what the hub said, and the import was cancelled before a checkpoint said so."""
    killer = Killer(step=4, when="after")  # after the budget, the intent and the answer
    ref = calls.accept(a_line("d1", importMode="update"), a_line("d2", importMode="create"))
    calls.place = calls.worker(Watched(Container(calls.storage, calls.fresh), killer))
    with pytest.raises(KeyboardInterrupt):
        calls.poll(ref)
    calls.place = calls.worker()
    calls.target.cancel(job_id(ref))
    assert [(one.device_id, one.code) for one in calls.said(ref)] == [("d1", "DeviceNotFound")]
