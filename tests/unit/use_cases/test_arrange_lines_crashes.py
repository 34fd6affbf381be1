"""Workers that die or are late while the lines of phases are laid out and sent."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from shared.domain.errors import Conflict, Unavailable
from shared.domain.lifecycle import State
from shared.ports import OpenFile
from shared.use_cases.arrange_lines import arrange_lines
from shared.use_cases.poll_import_jobs import MISSING_FOR
from tests.fakes.edge_hub import FAMILY, EdgeWorld


@pytest.fixture
def world() -> EdgeWorld:
    return EdgeWorld()


class Killed(BaseException):
    """The worker is gone."""


@dataclass
class Death:
    """Comes at the nth effect on records, files or the hub: before it, or right after it."""

    left: int
    after: bool

    def wrap(self, effect: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any) -> Any:
            self.left -= 1
            if self.left == 0 and not self.after:
                raise Killed
            done = effect(*arguments)
            if self.left == 0:
                raise Killed
            return done

        return wrapped

    def files(self, work: Any) -> Callable[..., Any]:
        begun, opened = self.wrap(lambda: None), work.replace

        @contextmanager
        def replace(*arguments: Any) -> Iterator[OpenFile]:
            with opened(*arguments) as files:
                yield files
                if not self.after:
                    begun()
            if self.after:
                begun()

        return replace


@pytest.mark.parametrize("refused", ["", "gw", "sub"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_whoever_dies_at_any_step_leaves_an_import_that_goes_on(*, after: bool, refused: str):
    """The same lines in the same phases, each asked for once, and the same report."""
    wanted = EdgeWorld()
    wanted.refused = {refused}
    import_id = wanted.drop("factory-a/x", FAMILY)
    wanted.go_through(import_id)
    steps = 0
    while True:
        steps += 1
        world, death = EdgeWorld(), Death(steps, after)
        world.refused = {refused}
        assert world.drop("factory-a/x", FAMILY) == import_id
        for port, name in ((world.records, "replace"), (world.hub, "start"), (world.hub, "look")):
            setattr(port, name, death.wrap(getattr(port, name)))
        world.scopes.of = death.wrap(world.scopes.of)
        world.work.replace = death.files(world.work)
        for _ in range(60):
            try:
                world.go_on()
            except Killed:
                world.clock.move(seconds=600)
        assert world.jobs == wanted.jobs
        assert len(world.hub.posts) == len(wanted.hub.posts)
        assert world.report(import_id) == wanted.report(import_id)
        if death.left > 0:
            break
    assert steps > 20


def test_a_slower_worker_spoils_nothing(world: EdgeWorld):
    """Two lay out the same phase; the record names the files of one, and they stay."""
    import_id = world.drop("factory-a/x", FAMILY)
    world.go_on()
    world.go_on()
    behind = world.record(import_id)
    assert (behind.state, behind.phase and behind.phase.number) == (State.ARRANGING, 1)
    world.poll()
    ahead = world.record(import_id)
    assert ahead.phase
    named = [f"work/{import_id}/{name}" for name in (ahead.phase.part, ahead.phase.fates)]
    content = [world.work.files[name] for name in named]
    world.scopes.known.clear()
    world.clock.move(seconds=MISSING_FOR.total_seconds() + 1)
    with pytest.raises(Conflict):
        arrange_lines(world, behind, MISSING_FOR)
    assert world.record(import_id) == ahead
    assert [world.work.files[name] for name in named] == content


def test_storage_that_fails_is_tried_again(world: EdgeWorld):
    """Nothing is queued before its lines are there."""
    import_id = world.drop("factory-a/x", FAMILY)
    world.work.fail_next = Unavailable("storage")
    world.poll()
    assert world.record(import_id).state is State.ARRANGING
    world.go_through(import_id)
    assert len(world.jobs) == 3
