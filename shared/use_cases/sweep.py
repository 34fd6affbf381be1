"""Takes away what workers left behind that came too late: copies of device files, and slots.

A worker may stand still for longer than its import takes. When it goes on, its writes to the
record fail; but what it lays out for a hub is there, with the keys of devices, and so is a slot.
"""

import logging
from datetime import timedelta

from shared.domain.lifecycle import HOLDS_SLOT
from shared.ports import AttemptRef, Ports, Target
from shared.use_cases.start_import_job import free_forgotten_slot


log = logging.getLogger(__name__)


def sweep(ports: Ports, overdue: timedelta) -> None:
    """Clear what is laid out for attempts that are over, and free slots that nobody uses.

    Args:
        ports: The world.
        overdue: How long a slot may be held by an import that does not start.
    """
    ways = [way for target in ports.targets.values() for way in target.ways.values()]
    for way in ways:
        _clear_the_rest(ports, way)
    for slot in dict.fromkeys(way.slot for way in ways):
        free_forgotten_slot(ports, slot, overdue)


def _clear_the_rest(ports: Ports, target: Target) -> None:
    for import_id, number in list(target.laid_out()):
        # Something is laid out only for an attempt that the record has: so read it afterwards.
        if not _goes_on(ports, import_id, number):
            target.clear(AttemptRef(import_id, number, 0))
            log.warning("import.swept id=%s attempt=%d", import_id, number)


def _goes_on(ports: Ports, import_id: str, number: int) -> bool:
    record = ports.records.get(import_id)
    if record is None or record.is_final:
        return False
    if record.state in HOLDS_SLOT and number == record.attempt.number:
        return True
    # What the hub said of a job is needed until the import ends: there may be more than one.
    return any(one.number == number and one.job_id for one in record.attempts)
