"""Deletes the exchange containers that no import needs any more: device keys are in them.

Whoever ends an import deletes its containers. But a worker that was paused may make one again
after that, and an import may be gone while its target could not be reached.
"""

import logging
from datetime import timedelta
from typing import Final

from shared.domain.errors import TryAgain
from shared.ports import Ports


log = logging.getLogger(__name__)

#: Containers that are younger are left alone, whatever the records say.
SAFE_AGE: Final = timedelta(hours=1)


def sweep_exchange(ports: Ports) -> None:
    """Delete each old container whose import has ended. Never raises: there is a next time."""
    try:
        for ref in ports.exchange.made_before(ports.clock.now() - SAFE_AGE):
            record = ports.records.get(ref.import_id)
            if record is None or record.is_final:
                ports.exchange.remove(ref)
                log.warning("exchange.swept id=%s attempt=%d", ref.import_id, ref.number)
    except TryAgain as why:
        log.warning("exchange.not_swept why=%s", why)
