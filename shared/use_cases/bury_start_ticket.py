"""A start ticket failed too often: says so, and puts the start off."""

from typing import Final

from shared.domain.import_record import is_import_id
from shared.domain.lifecycle import State
from shared.ports import Ports
from shared.use_cases.dead_letters import give_up, is_last, never_raised, put_off, record_message


QUEUE: Final = "start-tickets-poison"


def bury_start_ticket(ports: Ports, message: str) -> None:
    """Record why a ticket was given up, and tell subscribers. Never raises: the poller repairs."""
    with never_raised(QUEUE):
        _bury(ports, message)


def _bury(ports: Ports, message: str) -> None:
    record = ports.records.get(message) if is_import_id(message) else None
    if record is None:
        record_message(ports, QUEUE, message, "a start ticket names no import that goes on")
    elif record.state is State.QUEUED and is_last(record):
        give_up(ports, record, State.FAILED, "the job could not be started, though tried often")
    elif not record.is_final:
        put_off(ports, record, "the job could not be started yet; it is tried again later")
