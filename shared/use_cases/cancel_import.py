"""Someone wants an import or export cancelled.

What the target has not been asked for yet ends at once. Else the target is asked to cancel the
job, and the poller ends the import when the target says that the job has ended, for what the
target did by then stays done. While a start is under way nobody knows whether there is a job: the
poller asks when it knows.
"""

import logging
from typing import Final

from shared.domain.errors import CannotCancel, NotStarted, TargetRefused, Unavailable
from shared.domain.import_record import ImportRecord, Reason, is_import_id
from shared.domain.lifecycle import State
from shared.domain.redaction import redacted
from shared.domain.report import Outcome
from shared.ports import Ports
from shared.use_cases.attempts import target_of
from shared.use_cases.conclude import CANCEL_REFUSED, Ending, conclude, ending_for_all, told


log = logging.getLogger(__name__)

#: Where nothing is under way at the target.
_UNSENT: Final = frozenset(
    {State.RECEIVED, State.VALIDATED, State.HELD, State.QUEUED, State.ARRANGING}
)


def cancel_import(ports: Ports, import_id: str) -> None:
    """Cancel an import that has not ended; of any other there is nothing to do."""
    record = ports.records.get(import_id) if is_import_id(import_id) else None
    if record is None or record.is_final:
        log.info("import.cancel_ignored id=%s", redacted(import_id))
    elif record.state in _UNSENT:
        conclude(ports, record, ended_unsent(record))
    else:
        now = ports.clock.now()
        record = ports.records.replace(record.amend(cancel_asked_at=now))
        if record.state is not State.STARTING:
            ask_to_cancel(ports, record)


def ended_unsent(record: ImportRecord) -> Ending:
    """Return how an import ends of which the target has nothing under way."""
    begun = record.phase and record.phase.number
    what = "the lines of this phase were" if begun else "anything was"
    reason = Reason(code="cancelled", text=f"cancelled before {what} sent")
    return ending_for_all(State.CANCELLED, Outcome.SKIPPED, reason)


def ask_to_cancel(ports: Ports, record: ImportRecord) -> None:
    """Ask the target to cancel the job of an import; tell subscribers if it cannot.

    Raises:
        Unavailable: It could not be asked now.
    """
    try:
        target_of(ports, record, record.attempt).cancel(record.attempt.job_id or "")
    except (CannotCancel, TargetRefused) as why:
        _tell_refusal(ports, record, str(why))
    except NotStarted as why:
        raise Unavailable(str(why)).blaming(why.service) from why
    else:
        log.info("import.cancel_asked id=%s job_id=%s", record.id, record.attempt.job_id)


def _tell_refusal(ports: Ports, record: ImportRecord, text: str) -> None:
    reason = Reason(code=CANCEL_REFUSED, text=text)
    refused = record.amend(reason=reason, cancel_asked_at=None)
    ports.records.replace(told(refused, ports.clock.now(), CANCEL_REFUSED))
    log.warning("import.cancel_refused id=%s", record.id)
