"""Runs a scenario in which the worker dies at a call, or an answer gets lost there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Final

import pytest

from shared.failpoints import watched_by
from tests.simulation.ends import look_at_the_end
from tests.simulation.invariants import Invariants, Violated
from tests.simulation.network import Fate
from tests.simulation.scenarios import BASE, SCENARIOS, Host, small_blocks
from tests.simulation.scheduler import Crash
from tests.simulation.simulation import logged_to
from tests.simulation.world import World


class Mode(StrEnum):
    """What happens at a call."""

    BEFORE = "before"  #: the worker dies before it
    AFTER = "after"  #: the worker dies when the service has done it
    LOST = "lost"  #: it is done, and the answer does not come
    REPEATED = "repeated"  #: it is done, the answer gets lost, and the SDK makes the call again


DEATHS: Final = (Mode.BEFORE, Mode.AFTER)
_FATES: Final[Mapping[Mode | None, Fate]] = {Mode.LOST: Fate.LOST, Mode.REPEATED: Fate.REPEATED}
#: Calls that change nothing: dying after one is dying before the next.
_READS: Final = (".read", ".list", ".look", ".measure", ".sign")


@dataclass(frozen=True, slots=True)
class Seen:
    """A call that was made."""

    name: str
    about: str

    @property
    def changes(self) -> bool:
        """Whether it changes anything."""
        return not self.name.endswith(_READS) and not self.about.startswith("GET ")


@dataclass
class Plan:
    """Has something happen at the calls with some numbers, counted from 0."""

    world: World
    faults: Mapping[int, Mode]
    trace: Callable[[str], None] | None = None
    seen: list[Seen] = field(default_factory=list)
    is_dead: bool = False

    def watch(self, name: str, about: str) -> "_Call":
        """Return what goes around a call."""
        return _Call(self, Seen(name, about))

    def begin(self) -> None:
        """Begin a new process."""
        self.is_dead = False

    def die(self) -> None:
        """End the process: nothing that it still tries is done."""
        self.is_dead = True
        raise Crash


class _Call:
    """What goes around a call."""

    def __init__(self, plan: Plan, seen: Seen) -> None:
        self._plan = plan
        self._seen = seen
        self._mode: Mode | None = None

    def __enter__(self) -> None:
        plan = self._plan
        if plan.is_dead:
            raise Crash
        self._mode = mode = plan.faults.get(len(plan.seen))
        if plan.trace:
            plan.trace(f"{len(plan.seen):4} {self._seen.name} {self._seen.about} {mode or ''}")
        plan.seen.append(self._seen)
        if mode is Mode.BEFORE:
            plan.die()
        plan.world.network.fate = _FATES.get(mode, Fate.ARRIVES)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._plan.world.network.fate = Fate.ARRIVES
        if self._mode is Mode.AFTER and kind is not GeneratorExit and not self._plan.is_dead:
            self._plan.die()


def run(
    name: str, faults: Mapping[int, Mode], trace: Callable[[str], None] | None = None
) -> Sequence[Seen]:
    """Run a scenario with faults; return the calls that were made.

    Raises:
        Violated: It did not end as it must; a note says how to see it again.
    """
    scenario = SCENARIOS[name]
    world = World(has_key=scenario.has_key, way=scenario.way)
    invariants, plan = Invariants(world), Plan(world, faults, trace)
    invariants.trace = trace
    host = Host(world, invariants, plan.begin)
    with (
        pytest.MonkeyPatch.context() as patch,
        world.in_place(),
        watched_by(plan.watch),
        logged_to(invariants),
    ):
        small_blocks(scenario, patch)
        scenario.begin(host)
        host.run()
    look_at_the_end(invariants)
    ends = tuple(sorted(record["state"] for record in invariants.archived.values()))
    if ends != scenario.ends:
        invariants.say(f"it ended as {ends}, not {scenario.ends}")
    try:
        invariants.check()
    except Violated as violated:
        crashes = " ".join(f"--crash {number}:{mode}" for number, mode in faults.items())
        again = f'.venv/bin/python -m tests.simulation --scenario "{name}" {crashes}'
        violated.add_note(f"again: {again}")
        raise
    return plan.seen


def pairs(first: int) -> Iterator[dict[int, Mode]]:
    """Yield, for each way to die at a call of the base scenario, all ways to die once more."""
    for one in ways_to_die(run(BASE, {}), first, first + 1):
        seen = run(BASE, one)
        for other in ways_to_die(seen, first + 1, len(seen)):
            yield one | other


def ways_to_die(seen: Sequence[Seen], begin: int, end: int) -> Iterator[dict[int, Mode]]:
    """Yield the ways to die at some of the calls."""
    for number in range(begin, end):
        for mode in DEATHS if seen[number].changes else DEATHS[:1]:
            yield {number: mode}
