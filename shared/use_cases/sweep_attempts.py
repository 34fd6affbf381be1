"""Takes away what was made for attempts that no import needs any more.

Device keys are in exchange containers, and a run that nobody goes on with may keep others waiting.
Whoever ends an import takes both away. But a worker that was paused may make one again after that,
and an import may be gone while its target could not be reached.
"""

import logging
from datetime import timedelta
from typing import Final

from shared import outages
from shared.domain.errors import TryAgain, UnreadableRecord
from shared.ports import MadeForAttempts, Ports


log = logging.getLogger(__name__)

#: What is younger is left alone, whatever the records say.
SAFE_AGE: Final = timedelta(hours=1)


def sweep_attempts(ports: Ports) -> None:
    """Remove what is old and of imports that have ended. Never raises: there is a next time."""
    for what, made in (("exchange", ports.exchange), ("runs", ports.runs)):
        try:
            _sweep(ports, what, made)
        except TryAgain as why:
            outages.say(f"{what}.not_swept", "sweep", why)


def _sweep(ports: Ports, what: str, made: MadeForAttempts) -> None:
    for ref in made.made_before(ports.clock.now() - SAFE_AGE):
        if not _is_needed(ports, ref.import_id):
            made.remove(ref)
            log.warning("%s.swept id=%s attempt=%d", what, ref.import_id, ref.number)


def _is_needed(ports: Ports, import_id: str) -> bool:
    try:
        record = ports.records.get(import_id)
    except UnreadableRecord:
        return True
    return record is not None and not record.is_final
