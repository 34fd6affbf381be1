"""An event of a dropped file failed too often: says so, and leaves the file to the reconciler.

Source of the message: poison blobs, Functions documentation: a JSON object with FunctionId,
BlobType, ContainerName, BlobName and ETag.
"""

import json
from typing import Final

from shared.domain.import_record import Source
from shared.domain.lifecycle import State
from shared.ports import Ports
from shared.use_cases.dead_letters import give_up, is_last, never_raised, put_off, record_message
from shared.use_cases.validate_device_file import receive


QUEUE: Final = "webjobs-blobtrigger-poison"


def bury_blob_event(ports: Ports, message: str, default_target: str | None) -> None:
    """Record why an event was given up, and tell subscribers. Never raises."""
    with never_raised(QUEUE):
        _bury(ports, message, default_target)


def _bury(ports: Ports, message: str, default_target: str | None) -> None:
    source = _source(ports, message)
    if source is None:
        record_message(ports, QUEUE, message, "an event names no file that is there")
        return
    record = receive(ports, source, default_target)
    if record.state is not State.RECEIVED:
        return
    if is_last(record):
        give_up(
            ports, record, State.REJECTED, "the file could not be validated, though tried often"
        )
    else:
        put_off(ports, record, "the file could not be validated yet; it is tried again later")


def _source(ports: Ports, message: str) -> Source | None:
    try:
        event = json.loads(message)
        container, name = event["ContainerName"], event["BlobName"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(container, str) or not isinstance(name, str):
        return None
    return ports.files.look(container, name)
