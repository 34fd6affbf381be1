"""A start ticket failed too often: says so, and puts the start off."""

import re
from typing import Final

from shared import outages
from shared.domain.errors import TryAgain
from shared.domain.lifecycle import State
from shared.ports import Ports
from shared.use_cases.dead_letters import give_up, is_last, note, record_message


_IMPORT_ID: Final = re.compile("[a-z2-7]{26}")
QUEUE: Final = "start-tickets-poison"


def bury_start_ticket(ports: Ports, message: str) -> None:
    """Record why a ticket was given up, and tell subscribers. Never raises: the poller repairs."""
    try:
        _bury(ports, message)
    except TryAgain as why:
        outages.say("ticket.not_buried", why.service, QUEUE, why)


def _bury(ports: Ports, message: str) -> None:
    record = ports.records.get(message) if _IMPORT_ID.fullmatch(message) else None
    if record is None:
        record_message(ports, QUEUE, message, "a start ticket names no import that goes on")
    elif record.state is State.QUEUED and is_last(record):
        give_up(ports, record, State.FAILED, "the job could not be started, though tried often")
    elif not record.is_final:
        note(ports, record, "the job could not be started yet; it is tried again later")
