"""Workers of the app, each a process of its own that may be killed at any of its calls."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self


ROOT = Path(__file__).parents[2]


class Kill(NamedTuple):
    """The moment at which a worker is killed; as it stands here, never."""

    call: int = -1
    when: str = ""
    past: str = ""


NEVER = Kill()


class Run(NamedTuple):
    """What came of one worker."""

    killed: bool
    value: Any
    #: Each call to the world, in order: its name and what it was about. Empty if it was killed.
    trace: list[str]


class Workers:
    """Starts workers with the same settings, one after the other."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        #: How many seconds the clocks of the next workers are ahead.
        self.ahead = 0.0
        self._forks = subprocess.Popen(
            [sys.executable, "-m", "tests.kills.forks"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Let the process that forks go."""
        self._forks.communicate()

    def run(self, function: str, argument: str = "", kill: Kill = NEVER) -> Run:
        """Let one worker run a function, and wait for its end, good or not."""
        order = {"function": function, "argument": argument, "ahead": self.ahead}
        assert self._forks.stdin
        assert self._forks.stdout
        self._forks.stdin.write(json.dumps({**order, **kill._asdict()}) + "\n")
        self._forks.stdin.flush()
        said = json.loads(self._forks.stdout.readline())
        killed = said["status"] == -signal.SIGKILL
        assert killed or said["status"] == 0, f"{function} ended with {said['status']}"
        assert killed == (kill != NEVER), f"{function} has no call {kill}"
        answer = said["answer"] or {"value": None, "trace": []}
        return Run(killed, answer["value"], answer["trace"])
