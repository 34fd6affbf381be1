"""Forks a worker of the app for each order: `python -m tests.kills.forks`.

This process has one thread and has imported whatever a worker needs, so a worker that is killed
costs milliseconds. An order is a line of JSON on stdin, what came of it a line on stdout.
"""

import gc
import itertools
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from shared.adapters.system_clock import SystemClock
from shared.azure_ports import AzurePorts
from shared.failpoints import watched_by
from shared.settings import Settings
from shared.use_cases.poll_import_jobs import poll_import_jobs
from shared.use_cases.reconcile_device_files import reconcile_device_files
from shared.use_cases.start_import_job import start_import_job
from shared.use_cases.validate_device_file import validate_device_file


log = logging.getLogger(__name__)

CONTAINER: Final = "device-files"


class ClockAhead(SystemClock):
    """A clock that is ahead of the machine's, so that no test waits for a patience to end."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """Return the time to which it was put."""
        return super().now() + self._ahead


@dataclass
class Killer:
    """The watch that ends this process at one of its calls.

    Args:
        call: Which call, counted from 0; a negative number is none.
        when: `before` or `after` it.
        past: Counting begins behind the first call that is called so; empty for at once.
    """

    call: int
    when: str
    past: str
    trace: list[str] = field(default_factory=list)
    _number: Iterator[int] | None = None

    def __post_init__(self) -> None:
        """Begin to count, if it is time."""
        if not self.past:
            self._number = itertools.count()

    @contextmanager
    def __call__(self, name: str, about: str) -> Iterator[None]:
        """Stand around a call to the world."""
        number = next(self._number) if self._number else -1
        self.trace.append(f"{name} {about}")
        self._strike(number, "before")
        try:
            yield
        finally:
            self._strike(number, "after")
            if not self._number and self.trace[-1].startswith(self.past):
                self._number = itertools.count()

    def _strike(self, number: int, when: str) -> None:
        if (number, when) == (self.call, self.when):
            os.kill(os.getpid(), signal.SIGKILL)


def _validate(ports: AzurePorts, settings: Settings, name: str) -> Any:
    return validate_device_file(ports, CONTAINER, name, settings.default_target)


def _start(ports: AzurePorts, settings: Settings, ticket: str) -> Any:
    return start_import_job(ports, ticket, settings.start_patience)


def _poll(ports: AzurePorts, settings: Settings, _: str) -> Any:
    return poll_import_jobs(ports, settings.start_patience)


def _reconcile(ports: AzurePorts, settings: Settings, _: str) -> Any:
    return reconcile_device_files(ports, CONTAINER, settings.default_target)


FUNCTIONS: Final[Mapping[str, Callable[[AzurePorts, Settings, str], Any]]] = {
    "validate": _validate,
    "start": _start,
    "poll": _poll,
    "reconcile": _reconcile,
}


def run(settings: Settings, order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Do what an order says with clients of its own; return what came of it, and the calls.

    Args:
        settings: The app settings.
        order: The name of a `function`, its `argument`, how many seconds the clock is `ahead`,
            and the `call` that is not survived, with `when` and `past`.
    """
    ports = AzurePorts(settings)
    vars(ports)["clock"] = ClockAhead(order["ahead"])
    killer = Killer(order["call"], order["when"], order["past"])
    with watched_by(killer):
        value = FUNCTIONS[order["function"]](ports, settings, order["argument"])
    return {"value": value, "trace": killer.trace}


def _learn(settings: Settings) -> None:
    """Build all that a worker builds, and drop it: it opens nothing, but imports a lot."""
    ports = AzurePorts(settings)
    for port in (ports.files, ports.work, ports.records, ports.slots, ports.results):
        log.debug("%s can be built", port)
    for target in ports.targets.values():
        # The first client of a process asks the system what it is called, in a process of its own.
        log.debug("%s can be built", target.ways)


def main() -> None:
    """Fork for every order, until there are no more."""
    settings = Settings.from_environ(os.environ)
    _learn(settings)
    gc.freeze()  # or the workers' collections would touch, and so copy, all that is imported
    for line in sys.stdin:
        answer, status = _forked(settings, json.loads(line))
        sys.stdout.write(json.dumps({"status": status, "answer": answer}) + "\n")
        sys.stdout.flush()


def _forked(settings: Settings, order: Mapping[str, Any]) -> tuple[Any, int]:
    """Return what a worker said, and its exit code: negative for a signal."""
    reading, writing = os.pipe()
    worker = os.fork()
    if worker == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            json.dump(run(settings, order), pipe)
        # No farewell to anybody: nothing that a worker has to do may hang on its good end.
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    _, status = os.waitpid(worker, 0)
    return json.loads(said or "null"), os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main()
