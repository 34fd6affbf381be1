"""A request to cancel failed too often: says so. The import itself goes on as it would.

What the request left noted in the record the poller asks for again and again; what it did not
get so far must be asked for once more.
"""

from typing import Final

from shared.domain.import_record import is_import_id
from shared.ports import Ports
from shared.use_cases.dead_letters import never_raised, note, record_message


QUEUE: Final = "cancel-requests-poison"
ASKED: Final = "the target could not be asked to cancel yet; it is asked with every poll"
UNASKED: Final = (
    "the request to cancel failed too often; if the import does not end, ask for it again, as "
    "with python -m cli redrive"
)


def bury_cancel_request(ports: Ports, message_id: str, message: str) -> None:
    """Record why a request was given up, and tell subscribers. Never raises.

    Args:
        ports: The world.
        message_id: What the queue calls it, for an import may be cancelled more than once.
        message: The import id.
    """
    with never_raised(QUEUE):
        record = ports.records.get(message) if is_import_id(message) else None
        if record is None:
            text = "a request to cancel names no import that goes on"
            record_message(ports, QUEUE, message, text, key=message_id)
        elif not record.is_final:
            note(ports, record, ASKED if record.cancel_asked_at else UNASKED)
