"""One seed: files are dropped into a bad world, then the world is good again, and all must end."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from random import Random
from typing import Any, Final

from shared.domain.errors import TryAgain
from shared.failpoints import watched_by
from shared.use_cases.bury_blob_event import bury_blob_event
from shared.use_cases.bury_start_ticket import bury_start_ticket
from shared.use_cases.cancel_import import cancel_import
from shared.use_cases.poll_import_jobs import poll_import_jobs
from shared.use_cases.reconcile_device_files import reconcile_device_files
from shared.use_cases.start_import_job import start_import_job
from shared.use_cases.sweep_attempts import SAFE_AGE
from shared.use_cases.validate_device_file import validate_device_file
from tests.simulation.ends import look_at_the_end
from tests.simulation.faults import SeededFaults
from tests.simulation.files import some_file
from tests.simulation.hub import CANCELLED, COMPLETED, FAILED, HubJob
from tests.simulation.invariants import Invariants, Violated
from tests.simulation.scheduler import Crash, Scheduler
from tests.simulation.world import CONTAINER, PATIENCE, Actor, Instance, Way, World


#: For how many seconds the world is bad.
BAD: Final = 1200.0
#: Seconds between two polls, between two looks for overlooked files, and between polls while
#: only workers that stand still are waited for.
POLL, RECONCILE, IDLE = 75.0, 300.0, 900.0
#: Tries of a message before it is poison. Source: `maxDequeueCount` of queue and blob triggers.
TRIES: Final = 5
#: Seconds after which a message is there again, after a failure and after a death.
AGAIN, UNSEEN = 5.0, 90.0
#: Ticks in which something must end when the world is good again; a second try takes some more.
TICKS: Final = {Way.JOBS: 5, Way.CALLS: 5, Way.BOTH: 9}

#: Shares of the ways to a hub, in their order.
WAYS: Final = (6, 2, 2)
#: Lines a minute that go by calls: hardly any, and more than there are.
RATES: Final = (2, 100)
HUBS: Final = {
    "factory-a": "hub-a.azure-devices.net",
    "factory-b": "hub-b.azure-devices.net",
}


class Simulation:
    """One seed."""

    def __init__(self, seed: int, trace: Callable[[str], None] | None = None) -> None:
        self.random = random = Random(seed)  # noqa: S311 - it must come again
        self.world = World(
            HUBS if random.random() < 0.2 else None,
            way=random.choices(list(Way), WAYS)[0],
            rate=random.choice(RATES),
        )
        self.faults = SeededFaults.of(random, self.world.time, BAD)
        self.invariants = Invariants(self.world)
        self.invariants.began = self._began
        self.world.actor = self._actor
        self._tell = trace
        trace = self._trace if self._tell else None
        self.invariants.trace = trace
        self.scheduler = Scheduler(self.world, self.faults, self.invariants.check, trace)
        for hub in self.world.hubs.values():
            hub.course = self._course
        self.instances: list[Instance] = []
        self.names: list[str] = []

    def run(self) -> None:
        """Let it all happen.

        Raises:
            Violated: An invariant does not hold.
        """
        with self.world.in_place(), watched_by(self.scheduler.watch), logged_to(self.invariants):
            self._trace(str(self.faults))
            skew = self.faults.skew
            self.instances = [
                self.world.instance(self.random.uniform(-skew, skew)) for _ in range(3)
            ]
            try:
                self._bad_times()
                self._good_times()
            finally:
                self.scheduler.kill_all()

    # Bad times

    def _bad_times(self) -> None:
        for number in range(self.random.randint(1, 3)):
            self.scheduler.later(self.random.uniform(0, BAD / 2), partial(self._drop, number))
        self._every(POLL, self._poll)
        self._every(RECONCILE, self._reconcile)
        self._every(POLL, self._foreign_job)
        self._every(POLL, self._cancel)
        self.scheduler.run(BAD)
        while self.scheduler.workers:
            self.scheduler.run(IDLE)

    def _every(self, seconds: float, action: Callable[[], None]) -> None:
        def tick() -> None:
            if self.faults.over:
                return
            action()
            apart = seconds if self.world.seconds < BAD else IDLE
            self.scheduler.later(apart * self.random.uniform(0.1, 1.9), tick)

        self.scheduler.later(self.random.uniform(0, seconds), tick)

    def _drop(self, number: int) -> None:
        again = self.names and self.random.random() < 0.15
        alias = self.random.choice(list(self.world.aliases))
        name = self.random.choice(self.names) if again else f"{alias}/{number}.txt"
        self.names.append(name)
        self._trace(f"{name} is dropped")
        self.world.drop(name, some_file(self.random, f"d{number}"))
        copies = 0 if self.faults.happens(self.faults.lost_events) else 1
        while self.faults.happens(self.faults.repeated_events):
            copies += 1
        for _ in range(copies):
            late = self.faults.happens(self.faults.late_events)
            wait = self.faults.long() if late else self.random.uniform(0.1, 3)
            self.scheduler.later(wait, lambda: self._tell_of(name))

    def _foreign_job(self) -> None:
        for hub in self.world.hubs.values():
            if self.faults.happens(self.faults.foreign_jobs):
                self._trace(f"a foreign job begins at {hub.host}")
                kind = self.random.choice(("import", "export"))
                hub.run_foreign_job(kind, self.random.uniform(10, 600))

    def _cancel(self) -> None:
        known = list(self.invariants.records)
        if known and self.faults.happens(self.faults.cancels):
            import_id = self.random.choice(known)
            self._deliver("cancel_import", lambda ports: cancel_import(ports, import_id))

    def _course(self, _: HubJob) -> tuple[float, str]:
        bad = self.faults.happens(self.faults.bad_jobs)
        end = self.random.choice((FAILED, CANCELLED)) if bad else COMPLETED
        return self.random.uniform(1, 240), end

    # Messages

    def _tell_of(self, name: str) -> None:
        def call(ports: Instance) -> list[str]:
            return _tickets(validate_device_file(ports, CONTAINER, name, None))

        event = {"ContainerName": CONTAINER, "BlobName": name}
        self._deliver(
            "validate_device_file",
            call,
            lambda ports: bury_blob_event(ports, json.dumps(event), None),
        )

    def _ticket(self, import_id: str) -> None:
        if self.faults.happens(self.faults.lost_events):
            return
        for _ in range(2 if self.faults.happens(self.faults.repeated_events) else 1):
            late = self.faults.happens(self.faults.late_events)
            wait = self.faults.long() if late else self.random.uniform(0.1, 3)
            self.scheduler.later(wait, lambda: self._start(import_id))

    def _start(self, import_id: str) -> None:
        self._deliver(
            "start_import_job",
            lambda ports: start_import_job(ports, import_id, PATIENCE),
            lambda ports: bury_start_ticket(ports, import_id),
        )

    def _poll(self) -> None:
        if not self.invariants.goes_on:
            # It would find nothing in its listings, and most polls would be such.
            return
        self._invoke("poll_import_jobs", lambda ports: poll_import_jobs(ports, PATIENCE))

    def _reconcile(self) -> None:
        self._invoke(
            "reconcile_device_files", lambda ports: reconcile_device_files(ports, CONTAINER, None)
        )

    def _deliver(
        self,
        function: str,
        call: Callable[[Instance], Any],
        bury: Callable[[Instance], None] | None = None,
        tries: int = 1,
    ) -> None:
        """Deliver a message; once more if the function fails, and at last as poison."""

        def again(wait: float) -> None:
            if tries < TRIES:
                retry = partial(self._deliver, function, call, bury, tries + 1)
                self.scheduler.later(wait, retry)
            elif bury:
                self.scheduler.later(0, partial(self._deliver, f"bury({function})", bury))

        self._invoke(function, call, again)

    def _invoke(
        self,
        function: str,
        call: Callable[[Instance], Any],
        failed: Callable[[float], None] = lambda _: None,
    ) -> None:
        """Start a worker; what it returns are tickets, which the host sends when it has ended."""
        ports = self.random.choice(self.instances).invocation()

        def run() -> None:
            try:
                for ticket in call(ports) or ():
                    self._ticket(ticket)
            except Crash:
                self._trace(f"   {function} is killed")
                self.invariants.happened["killed"] += 1
                failed(UNSEEN)
            except TryAgain as why:
                self.invariants.left(function, why)
                failed(AGAIN)
            except Exception as why:  # noqa: BLE001 - that is what is looked for
                self.invariants.left(function, why)
                self.invariants.say(f"I9 {function} raised {why!r}")

        self.scheduler.start(function, run)

    # Good times

    def _good_times(self) -> None:
        self.faults.over = True
        self._trace("all is well")
        waits = 0
        while self._unfinished():
            left = self._unfinished()
            self._tick()
            waits = waits + 1 if self._unfinished() == left else 0
            if waits >= TICKS[self.world.way]:
                self.invariants.say(f"I10 nothing ends in {waits} ticks, of {left}")
                break
        # Containers of workers that came too late are left alone until they are old.
        self.scheduler.run(SAFE_AGE.total_seconds())
        for _ in range(2):
            self._tick()
        look_at_the_end(self.invariants)
        self.invariants.check()

    def _tick(self) -> None:
        self._reconcile()
        self._poll()
        self.scheduler.run(IDLE)
        self.scheduler.settle()

    def _unfinished(self) -> list[str]:
        done = self.invariants.archived
        waiting = [one for one in self.invariants.records if one not in done]
        known = {
            (one["source"]["name"], one["source"]["etag"])
            for one in self.invariants.records.values()
        }
        files = self.world.state.containers[CONTAINER].items()
        return [*waiting, *(name for name, blob in files if (name, blob.etag) not in known)]

    def _began(self) -> float:
        worker = self.scheduler.now
        return worker.began if worker else self.world.seconds

    def _actor(self) -> Actor:
        return self.scheduler.now or self.world

    def _trace(self, what: str) -> None:
        if self._tell:
            self._tell(f"{self.world.seconds:9.2f}  {what}")


def _tickets(import_id: str | None) -> list[str]:
    return [import_id] if import_id else []


@contextmanager
def logged_to(handler: logging.Handler) -> Iterator[None]:
    """Have everything that the app logs handled here only."""
    log = logging.getLogger("shared")
    before, level, up = log.handlers, log.level, log.propagate
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.handlers, log.propagate = before, up
        log.setLevel(level)


def run_seed(seed: int, trace: Callable[[str], None] | None = None) -> Counter[str]:
    """Run one seed; return what happened, by how often.

    Raises:
        Violated: An invariant does not hold; a note says how to see it again.
    """
    simulation = Simulation(seed, trace)
    try:
        simulation.run()
    except Violated as violated:
        violated.add_note(f"again: .venv/bin/python -m tests.simulation --seed {seed}")
        raise
    return simulation.invariants.happened
