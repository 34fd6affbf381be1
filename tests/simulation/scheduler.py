"""Has workers take turns: each stops before and after every call, and goes on when it is told to.

A worker is one invocation of a function, in a greenlet. Time goes by between steps only.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Final, Protocol

from greenlet import getcurrent, greenlet

from tests.simulation.network import Fate
from tests.simulation.world import World


class Crash(BaseException):
    """The process of a worker was killed. No `except Exception` sees it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What becomes of a worker at a call."""

    fate: Fate = Fate.ARRIVES
    #: Seconds that it stands still before the call, and after it.
    before: float = 0.0
    after: float = 0.0
    dies_before: bool = False
    dies_after: bool = False
    stale: float = 0.0
    delay: float = 0.0


class Faults(Protocol):
    """Decides what becomes of calls."""

    def order(self, name: str, about: str) -> Order:
        """Return what becomes of a call."""
        ...


class Worker(greenlet):
    """One invocation."""

    def __init__(self, function: str, run: Callable[[], None], began: float, number: int) -> None:
        super().__init__(run)
        self.function = function
        self.began = began
        self.number = number
        self.is_dead = False
        self.writes = 0

    def __str__(self) -> str:
        """Return a name for traces."""
        return f"{self.function}#{self.number}"


#: What a worker tells when it stops: for how many seconds.
type Pause = float

#: Seconds between two calls of a worker that nothing holds up.
_STEP: Final = 0.01


@dataclass
class Scheduler:
    """Lets one thing happen after the other, in the order of their times."""

    world: World
    faults: Faults
    #: Raises if the world is not as it must be.
    check: Callable[[], None]
    trace: Callable[[str], None] | None = None
    #: Workers that have not come to their end.
    workers: dict[int, Worker] = field(default_factory=dict)
    now: Worker | None = None
    steps: int = 0
    _due: list[tuple[float, int, Callable[[], object]]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        """Have what the hubs do later done here, and workers come back to here."""
        self._back = getcurrent()
        self.world.later = self.later
        for hub in self.world.hubs.values():
            hub.later = self.later

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        """Have something done after some seconds."""
        heapq.heappush(self._due, (self.world.seconds + seconds, next(self._numbers), action))

    def start(self, function: str, run: Callable[[], None]) -> None:
        """Start a worker."""
        number = next(self._numbers)
        worker = Worker(function, run, self.world.seconds, number)
        self.workers[number] = worker
        if self.trace:
            self.trace(f"{worker} begins")
        self._go_on(worker)

    def run(self, seconds: float) -> None:
        """Let time go by."""
        end = self.world.seconds + seconds
        while self._due and self._due[0][0] <= end:
            at, _, action = heapq.heappop(self._due)
            self.world.seconds = at
            action()
            self.steps += 1
            self.check()
        self.world.seconds = end

    def settle(self) -> None:
        """Let time go by until every worker has come to its end."""
        while self.workers:
            self.run(60.0)

    def kill_all(self) -> None:
        """Kill what still runs, so that nothing is left of it."""
        for worker in list(self.workers.values()):
            worker.is_dead = True
            worker.switch()

    def watch(self, name: str, about: str) -> "Call":
        """Return what goes around a call of the worker whose turn it is."""
        return Call(self, name, about)

    def stop(self, worker: Worker, seconds: Pause) -> None:
        """Have the worker whose turn it is wait, and others take theirs."""
        self._back.switch(seconds)
        if worker.is_dead:
            raise Crash

    def _go_on(self, worker: Worker) -> None:
        self.now = worker
        pause = worker.switch()
        self.now = None
        if worker.dead:
            self.workers.pop(worker.number, None)
        else:
            self.later(pause, lambda: self._go_on(worker))


class Call:
    """What goes around a call: the worker stops, or dies, before it and after it."""

    __slots__ = ("_about", "_name", "_order", "_scheduler", "_worker")

    def __init__(self, scheduler: Scheduler, name: str, about: str) -> None:
        self._scheduler = scheduler
        self._name = name
        self._about = about
        self._worker = scheduler.now
        self._order = Order()

    def __enter__(self) -> None:
        worker, scheduler = self._worker, self._scheduler
        if worker is None:
            return
        if worker.is_dead:
            raise Crash
        self._order = order = scheduler.faults.order(self._name, self._about)
        scheduler.stop(worker, order.before + _STEP)
        if scheduler.trace:
            said = "" if order == Order() else f"  ** {order}"
            scheduler.trace(f"{worker} {self._name} {self._about}{said}")
        if order.dies_before:
            worker.is_dead = True
            raise Crash
        network = scheduler.world.network
        network.fate, network.stale, network.delay = order.fate, order.stale, order.delay

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        worker, order = self._worker, self._order
        if worker is None or worker.is_dead or kind is GeneratorExit:
            return
        self._scheduler.world.network.fate = Fate.ARRIVES
        if order.dies_after:
            worker.is_dead = True
            raise Crash from error
        if order.after:
            self._scheduler.stop(worker, order.after)
