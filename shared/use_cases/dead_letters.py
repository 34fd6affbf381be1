"""What is done with messages that a function failed on too often.

A dead letter is never the end of an import: a failure may be the world's, so the import is told of
and tried again later, a few times. Nothing here asks the host for another try, for there is none.
"""

import hashlib
import logging
from dataclasses import replace
from typing import Final

from shared.domain.import_record import ImportRecord, Reason, Source, import_id
from shared.domain.lifecycle import State
from shared.domain.redaction import redacted
from shared.domain.report import Outcome
from shared.ports import Ports
from shared.use_cases.conclude import conclude, ending_for_all, told


log = logging.getLogger(__name__)

#: Name of the event, and code of the reason.
DEADLETTERED: Final = "deadlettered"
#: Dead letters of one import, with which it ends.
TRIES: Final = 3


def is_last(record: ImportRecord) -> bool:
    """Tell whether one more dead letter is the last that an import may have."""
    return sum(event.type == DEADLETTERED for event in record.outbox) + 1 >= TRIES


def note(ports: Ports, record: ImportRecord, text: str) -> ImportRecord:
    """Tell subscribers that an import got stuck; it goes on when its turn comes again."""
    now = ports.clock.now()
    reason = Reason(code=DEADLETTERED, text=text)
    changes = {"reason": reason, "tries": record.tries + 1, "not_before": now + record.back_off()}
    stored = ports.records.replace(told(record.amend(**changes), now, DEADLETTERED))
    log.error("import.deadlettered id=%s state=%s", record.id, record.state)
    return stored


def give_up(ports: Ports, record: ImportRecord, state: State, text: str) -> ImportRecord:
    """End an import that got stuck too often."""
    reason = Reason(code=DEADLETTERED, text=text)
    return conclude(ports, record, ending_for_all(state, Outcome.SKIPPED, reason))


def record_message(ports: Ports, queue: str, message: str, text: str) -> ImportRecord:
    """Keep a record of a message that belongs to no import, and tell subscribers.

    The record stands for the message: its source is the queue, and the message names it.
    """
    now = ports.clock.now()
    digest = hashlib.sha256(message.encode(errors="surrogatepass")).hexdigest()[:16]
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
            id=import_id("", queue, message, digest), since=now, received_at=now, source=source
        )
    )
    if record.state is not State.RECEIVED:
        return record
    reason = Reason(code=DEADLETTERED, text=text)
    ending = ending_for_all(State.REJECTED, Outcome.SKIPPED, reason)
    return conclude(ports, record, replace(ending, event=DEADLETTERED))
