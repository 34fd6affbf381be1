"""What may become of a file, one way each; a host delivers messages until nothing is left."""

import json
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from shared.adapters import blob_writing
from shared.domain.errors import TryAgain
from shared.use_cases.cancel_import import cancel_import
from shared.use_cases.export_devices import export_devices
from shared.use_cases.poll_import_jobs import poll_import_jobs
from shared.use_cases.reconcile_device_files import reconcile_device_files
from shared.use_cases.start_import_job import start_import_job
from shared.use_cases.sweep_attempts import SAFE_AGE
from shared.use_cases.validate_device_file import validate_device_file
from tests.simulation.files import crowded, good, hopeless, mixed
from tests.simulation.hub import COMPLETED, FAILED
from tests.simulation.invariants import Invariants
from tests.simulation.network import Fate
from tests.simulation.scheduler import Crash
from tests.simulation.world import CONTAINER, PATIENCE, Instance, Way, World


#: Seconds between two ticks: in every second one a start that has stopped is given up.
TICK: Final = 100.0
#: Ticks in which everything must have ended, whatever happened.
TICKS: Final = 24

type Call = Callable[[Instance], Iterable[str] | None]


@dataclass
class Host:
    """Delivers messages, and again if a function fails or its process dies."""

    world: World
    invariants: Invariants
    #: Told that a new process begins.
    begin: Callable[[], None]
    messages: deque[Call] = field(default_factory=deque)
    _ports: Instance | None = None

    def drop(self, name: str, content: bytes) -> None:
        """Drop a file, and tell the app."""
        self.world.drop(name, content)
        self.messages.append(
            lambda ports: _one(validate_device_file(ports, CONTAINER, name, None))
        )

    def run(self) -> None:
        """Deliver all messages, fire the timers, and go on until nothing is left to do."""
        for _ in range(TICKS):
            while self.messages:
                self._invoke(self.messages.popleft())
            if not self.invariants.goes_on and self.invariants.records:
                break
            self.world.pass_time(TICK)
            self.messages += [_poll, _reconcile]
        self.messages.clear()
        for last in (_reconcile, _poll):
            self.world.pass_time(SAFE_AGE.total_seconds())
            self._invoke(last)

    def _invoke(self, call: Call) -> None:
        if self._ports is None:
            self.begin()
            self._ports = self.world.instance()
        try:
            for import_id in call(self._ports) or ():
                self.messages.append(_start(import_id))
        except Crash:
            self._ports = None
            self._again(call)
        except TryAgain as why:
            self.invariants.left("a function", why)
            self._again(call)

    def _again(self, call: Call) -> None:
        # A timer comes again by itself, and a message after a while.
        self.world.pass_time(30)
        if call not in {_poll, _reconcile}:
            self.messages.append(call)


def _one(import_id: str | None) -> list[str]:
    return [import_id] if import_id else []


def _start(import_id: str) -> Call:
    return lambda ports: start_import_job(ports, import_id, PATIENCE)


def _poll(ports: Instance) -> list[str]:
    return poll_import_jobs(ports, PATIENCE)


def _reconcile(ports: Instance) -> list[str]:
    return reconcile_device_files(ports, CONTAINER, None)


@dataclass(frozen=True)
class Scenario:
    """One way that things may go."""

    #: Sets the world up, and says what happens.
    begin: Callable[[Host], None]
    #: How it ends, of all imports, sorted.
    ends: tuple[str, ...]
    has_key: bool = True
    #: Bytes of a block; small ones make a small file a large one.
    block_bytes: int | None = None
    way: Way = Way.JOBS


def _good(host: Host) -> None:
    host.drop("factory-a/good.txt", good("a"))


def _bad_lines(host: Host) -> None:
    host.drop("factory-a/mixed.txt", mixed("a"))


def _all_bad(host: Host) -> None:
    host.drop("factory-a/hopeless.txt", hopeless("a"))


def _crowded(host: Host) -> None:
    host.drop("factory-a/crowded.txt", crowded("a"))


def _two_in_one_slot(host: Host) -> None:
    host.drop("factory-a/first.txt", good("a"))
    host.drop("factory-a/second.txt", mixed("b"))


def _foreign_job(host: Host) -> None:
    for hub in host.world.hubs.values():
        hub.run_foreign_job("export", 1.5 * TICK)
    _good(host)


def _job_failed(host: Host) -> None:
    for hub in host.world.hubs.values():
        hub.course = lambda _: (60.0, FAILED)
    _good(host)


def _cancelled(host: Host) -> None:
    for hub in host.world.hubs.values():
        hub.course = lambda _: (5 * TICK, COMPLETED)
    _good(host)

    def cancel(ports: Instance) -> None:
        for import_id in list(host.invariants.records):
            cancel_import(ports, import_id)

    host.world.later(TICK / 2, lambda: host.messages.append(cancel))


def _throttled(host: Host) -> None:
    _answers_first(host, Fate.THROTTLED)


def _no_answer(host: Host) -> None:
    _answers_first(host, Fate.REFUSED)


def _answers_first(host: Host, fate: Fate) -> None:
    """Have the first POST refused; a 503 tells nobody whether it was heard."""
    for hub in host.world.hubs.values():
        hub.first_post = fate
    _good(host)


def _export(host: Host) -> None:
    body = json.dumps({"target": "factory-a"})
    host.messages.append(
        lambda ports: _one(export_devices(ports, "message-1", host.world.now(), body))
    )


def _configurations(host: Host) -> None:
    name = "factory-a/all.configurations.txt"
    members: dict[str, Any] = {"id": "fast", "priority": 1, "targetCondition": "tags.a='b'"}
    content = {"deviceContent": {"properties.desired.rate": 5}}
    line = members | {"content": content, "importMode": "createOrUpdateIfMatchETag"}
    host.drop(name, json.dumps(line).encode() + b"\n")


BASE: Final = "good"
SCENARIOS: Final = {
    BASE: Scenario(_good, ("completed",)),
    "bad lines": Scenario(_bad_lines, ("completed",)),
    "all bad": Scenario(_all_bad, ("rejected",)),
    "two imports in one slot": Scenario(_two_in_one_slot, ("completed", "completed")),
    "foreign job": Scenario(_foreign_job, ("completed",)),
    "job failed": Scenario(_job_failed, ("failed",)),
    "cancelled": Scenario(_cancelled, ("cancelled",)),
    "throttled": Scenario(_throttled, ("completed",)),
    "start without an answer": Scenario(_no_answer, ("completed",)),
    "export": Scenario(_export, ("completed",)),
    "configurations": Scenario(_configurations, ("completed",)),
    "bulk calls": Scenario(_two_in_one_slot, ("completed", "completed"), way=Way.CALLS),
    "second try": Scenario(_crowded, ("completed",), way=Way.BOTH),
    "large file, signed by an identity": Scenario(
        _bad_lines, ("completed",), has_key=False, block_bytes=64
    ),
}


def small_blocks(scenario: Scenario, patch: pytest.MonkeyPatch) -> None:
    """Make a small file a large one, if the scenario is about one."""
    if scenario.block_bytes:
        patch.setattr(blob_writing, "BLOCK_BYTES", scenario.block_bytes)
        patch.setattr(blob_writing, "HELD_BYTES", 2 * scenario.block_bytes)
