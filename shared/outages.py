"""Says that a service is away: on a logger of its own, which can be kept to a line a minute.

Whoever finds a service away leaves the work to a later try, and says so here. With a poll every
few seconds and thousands of imports that would fill the log with one sentence.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from shared.domain.errors import ImporterError


log = logging.getLogger(__name__)

#: Seconds for which nothing more is said of a service.
SILENCE: Final = 60


def say(event: str, what: str, why: ImporterError, service: str = "") -> None:
    """Say that something has to wait.

    Args:
        event: What is put off, as it begins a line of the log.
        what: Whose turn it was: an import, a hub, a function.
        why: What happened.
        service: Who has to be there for it, if the error does not know better.
    """
    service = why.service or service or what
    about = {"service": service}
    log.warning("%s service=%s what=%s why=%s", event, service, what, why, extra=about)


def keep_quiet(monotonic: Callable[[], float]) -> None:
    """Let no more than a line a minute through for each service, in this process.

    Args:
        monotonic: Tells seconds that never run backwards.
    """
    log.filters.clear()
    log.addFilter(OnceAMinute(monotonic))


@dataclass
class _Silence:
    """Since when nothing was said, and how many lines were left out since."""

    since: float
    left_out: int = 0


class OnceAMinute(logging.Filter):
    """Lets the first line about a service through, and none for a minute after it.

    The next one tells how many were left out.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._silences: dict[str, _Silence] = {}
        self._one_at_a_time = Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a line may pass; see `logging.Filter`."""
        now = self._monotonic()
        service = str(getattr(record, "service", ""))
        with self._one_at_a_time:
            silence = self._silences.get(service)
            if silence and now - silence.since < SILENCE:
                silence.left_out += 1
                return False
            self._silences[service] = _Silence(now)
        if silence and silence.left_out:
            record.msg = f"{record.msg} left_out={silence.left_out}"
        return True
