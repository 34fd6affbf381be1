"""Deletes the exchange containers that no import needs any more: device keys are in them.

Whoever ends an import deletes its containers. But a worker that was paused may make one again
after that, and an import may be gone while its target could not be reached.
"""

import logging
from datetime import timedelta
from typing import Final

from shared import outages
from shared.domain.errors import TryAgain, UnreadableRecord
from shared.ports import Ports


log = logging.getLogger(__name__)

#: Containers that are younger are left alone, whatever the records say.
SAFE_AGE: Final = timedelta(hours=1)


def sweep_exchange(ports: Ports) -> None:
    """Delete each old container whose import has ended. Never raises: there is a next time."""
    try:
        for ref in ports.exchange.made_before(ports.clock.now() - SAFE_AGE):
            if not _is_needed(ports, ref.import_id):
                ports.exchange.remove(ref)
                log.warning("exchange.swept id=%s attempt=%d", ref.import_id, ref.number)
    except TryAgain as why:
        outages.say("exchange.not_swept", "sweep", why)


def _is_needed(ports: Ports, import_id: str) -> bool:
    try:
        record = ports.records.get(import_id)
    except UnreadableRecord:
        return True
    return record is not None and not record.is_final
