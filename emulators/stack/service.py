"""One process of the stack: it says READY, writes a log, and may die."""

import json
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import IO, Any, Final


#: Called with the name of a service and a line of its log.
type Show = Callable[[str, str], None]

ROOT: Final = Path(__file__).parents[2]
_LAST_LINES: Final = 15


class ServiceDied(Exception):
    """A service ended by itself. The message says which, how, and what it said last."""

    def __init__(self, name: str, code: int, last_lines: Sequence[str]) -> None:
        said = "".join(f"\n    {line}" for line in last_lines) or " nothing"
        super().__init__(f"{name} ended with exit code {code}. Its last words:{said}")
        self.name = name


class Service:
    """A child process that runs `python -m emulators.<name>`.

    Args:
        name: Name of the package, e.g. `iot_hub`.
        arguments: Command line behind it.
        show: Gets every line that the process logs.
    """

    def __init__(self, name: str, arguments: Sequence[str], show: Show) -> None:
        self.name = name
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._show = show
        self._process = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-m", f"emulators.{name}", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C reaches us, and we stop the services in good order
        )
        self._reader = Thread(target=self._read_log, args=[self._process.stderr], daemon=True)
        self._reader.start()

    def ready(self) -> Mapping[str, Any]:
        """Wait until the service is ready; return what it says a client needs.

        Raises:
            ServiceDied: It ended instead.
        """
        assert self._process.stdout  # noqa: S101 - it was asked for above
        line = self._process.stdout.readline()
        if not line.startswith("READY "):
            raise self.death()
        ready: Mapping[str, Any] = json.loads(line.removeprefix("READY "))
        return ready

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def death(self) -> ServiceDied:
        """Wait for the end of the process and return what to raise for it."""
        code = self._process.wait()
        self._let_go()
        return ServiceDied(self.name, code, self._last_lines)

    def kill(self) -> None:
        """End the process at once, as a crash of the machine would."""
        self._process.kill()
        self._process.wait()
        self._let_go()

    def stop(self, seconds: float = 20) -> None:
        """Ask the process to end, and end it if it does not listen."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        """Take the last lines of the log, and close what led to the process."""
        self._reader.join(timeout=5)
        for stream in (self._process.stdout, self._process.stderr):
            if stream:
                stream.close()

    def _read_log(self, log: IO[str]) -> None:
        for line in log:
            self._last_lines.append(line.rstrip())
            self._show(self.name, line.rstrip())
