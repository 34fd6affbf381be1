"""A request for an export failed too often: says so. It has no record that would go on."""

from typing import Final

from shared.domain.task import Task
from shared.ports import Ports
from shared.use_cases.dead_letters import never_raised, record_message


QUEUE: Final = "export-requests-poison"
TEXT: Final = (
    "this request for an export failed too often; if no export follows, ask for it again, as with "
    "python -m cli redrive"
)


def bury_export_request(ports: Ports, message_id: str, message: str) -> None:
    """Record why a request was given up, and tell subscribers. Never raises.

    Args:
        ports: The world.
        message_id: What the queue calls it: the same words are asked for again and again.
        message: The request.
    """
    with never_raised(QUEUE):
        record_message(ports, QUEUE, message, TEXT, key=message_id, task=Task.EXPORT)
