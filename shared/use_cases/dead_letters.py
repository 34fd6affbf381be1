"""What is done with messages that a function failed on too often.

A dead letter is never the end of an import: a failure may be the world's, so the import is told of
and tried again later, a few times. Nothing here asks the host for another try, for there is none.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from shared import outages
from shared.domain.errors import TryAgain
from shared.domain.import_record import ImportRecord, Reason, Source, import_id
from shared.domain.lifecycle import State
from shared.domain.redaction import redacted
from shared.domain.report import Outcome
from shared.domain.task import Task
from shared.ports import Ports
from shared.use_cases.conclude import conclude, ending_for_all, told


log = logging.getLogger(__name__)

#: Name of the event, and code of the reason.
DEADLETTERED: Final = "deadlettered"
#: Dead letters of one import, with which it ends.
TRIES: Final = 3


@contextmanager
def never_raised(queue: str) -> Iterator[None]:
    """Let no `TryAgain` out, for there is nobody left to try again; the poller repairs."""
    try:
        yield
    except TryAgain as why:
        outages.say("dead_letter.not_buried", queue, why)


def is_last(record: ImportRecord) -> bool:
    """Tell whether one more dead letter is the last that an import may have."""
    return sum(event.type == DEADLETTERED for event in record.outbox) + 1 >= TRIES


def put_off(ports: Ports, record: ImportRecord, text: str) -> ImportRecord:
    """Tell subscribers that an import got stuck; it goes on when its turn comes again."""
    not_before = ports.clock.now() + record.back_off()
    return note(ports, record, text, tries=record.tries + 1, not_before=not_before)


def note(ports: Ports, record: ImportRecord, text: str, **changes: Any) -> ImportRecord:
    """Tell subscribers of a dead letter about an import that goes on, with `changes`."""
    amended = record.amend(reason=Reason(code=DEADLETTERED, text=text), **changes)
    stored = ports.records.replace(told(amended, ports.clock.now(), DEADLETTERED))
    log.error("import.deadlettered id=%s state=%s", record.id, record.state)
    return stored


def give_up(ports: Ports, record: ImportRecord, state: State, text: str) -> ImportRecord:
    """End an import that got stuck too often."""
    reason = Reason(code=DEADLETTERED, text=text)
    return conclude(ports, record, ending_for_all(state, Outcome.SKIPPED, reason))


def record_message(
    ports: Ports, queue: str, message: str, text: str, *, key: str = "", task: Task = Task.IMPORT
) -> ImportRecord:
    """Keep a record of a message that belongs to no import, and tell subscribers.

    The record stands for the message: its source is the queue, and the message names it.

    Args:
        ports: The world.
        queue: Where the message lay.
        message: What it says.
        text: Why it was given up, for people.
        key: What tells it from another that says the same; without it both are one.
        task: What it asks for.
    """
    now = ports.clock.now()
    told_apart = f"{message}\0{key}" if key else message
    digest = hashlib.sha256(told_apart.encode(errors="surrogatepass")).hexdigest()[:16]
    source = Source(
        account="",
        container=queue,
        name=redacted(message, 200),
        etag=digest,
        size=len(message),
        last_modified=now,
    )
    record = ports.records.create(
        ImportRecord(
            id=import_id("", queue, message, digest),
            since=now,
            received_at=now,
            source=source,
            task=task,
        )
    )
    if record.state is not State.RECEIVED:
        return record
    reason = Reason(code=DEADLETTERED, text=text)
    ending = ending_for_all(State.REJECTED, Outcome.SKIPPED, reason)
    return conclude(ports, record, replace(ending, event=DEADLETTERED))
