"""Frees slots that nobody uses: a paused worker may take one after its import has ended."""

from datetime import timedelta

from shared import outages
from shared.domain.errors import TryAgain
from shared.ports import Ports
from shared.use_cases.start_import_job import free_forgotten_slot


def sweep_slots(ports: Ports, overdue: timedelta) -> None:
    """Free each slot whose holder does not start. Never raises: there is a next time.

    Args:
        ports: The world.
        overdue: How long a slot may be held by an import that does not start.
    """
    ways = [way for target in ports.targets.values() for way in target.ways.values()]
    try:
        for slot in dict.fromkeys(way.slot for way in ways):
            free_forgotten_slot(ports, slot, overdue)
    except TryAgain as why:
        outages.say("slots.not_swept", "sweep", why)
