"""Time to compare: takes in device files whose event never came, or never came to an end.

Events can get lost: Event Grid drops one after a day of failures, and a function can be killed as
often as the host repeats it. What is there is in the container, what is known is in the records.
What no import needs any more is taken away on the same occasion.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from shared import outages
from shared.domain.errors import TryAgain, Unavailable
from shared.domain.import_record import ImportRecord, Source, import_id
from shared.domain.lifecycle import State
from shared.ports import Ports
from shared.use_cases.sweep_attempts import sweep_attempts
from shared.use_cases.sweep_slots import sweep_slots
from shared.use_cases.validate_device_file import validate_device_file, validate_received


log = logging.getLogger(__name__)

#: How old a file or a state is before nobody is supposed to be working on it.
OVERDUE: Final = timedelta(minutes=5)

_BEFORE_QUEUE: Final = frozenset({State.RECEIVED, State.VALIDATED})


def reconcile_device_files(
    ports: Ports, container: str, default_target: str | None, overdue: timedelta = OVERDUE
) -> list[str]:
    """Take in what was overlooked; return the ids of imports that may start.

    A file that cannot be taken in now holds up no other, and a container that cannot be listed
    nothing else.
    """
    tickets: list[str] = []
    for source in _overlooked(ports, container, overdue):
        log.warning("device_file.overlooked dropped_at=%s", source.last_modified.isoformat())
        take_in = partial(validate_device_file, ports, container, source.name, default_target)
        tickets += _done(take_in)
    for stopped in _stopped(ports):
        tickets += _done(partial(_resume, ports, stopped, default_target, overdue))
    sweep_attempts(ports)
    sweep_slots(ports, overdue)
    return tickets


def _resume(
    ports: Ports, import_id: str, default_target: str | None, overdue: timedelta
) -> str | None:
    record = ports.records.get(import_id)
    if record is None or not _is_overdue(ports, record, overdue):
        return None
    log.warning("import.validation_resumed id=%s", record.id)
    return validate_received(ports, record, default_target)


def _done(take_in: Callable[[], str | None]) -> Iterator[str]:
    """Yield the ticket that comes of it, if one does; leave to the next time what cannot be."""
    try:
        ticket = take_in()
    except TryAgain as why:
        outages.say("device_file.postponed", "reconcile", why)
        return
    if ticket:
        yield ticket


def _overlooked(ports: Ports, container: str, overdue: timedelta) -> Iterator[Source]:
    """Yield the files without a record; a listing for each day on which some were dropped."""
    old = _dropped_before(ports, container, ports.clock.now() - overdue)
    days = {one.last_modified.astimezone(UTC).date() for one in old}
    known = {summary.id for summary in ports.records.active()}
    for day in sorted(days):
        known.update(ports.records.archived_on(day))
    return (one for one in old if _id(one) not in known)


def _dropped_before(ports: Ports, container: str, latest: datetime) -> list[Source]:
    """Return the old files; none where they cannot be listed, which one odd name can bring on."""
    try:
        return [one for one in ports.files.all(container) if one.last_modified < latest]
    except Unavailable as why:
        outages.say("device_file.unlistable", container, why, "storage")
        return []


def _is_overdue(ports: Ports, record: ImportRecord, overdue: timedelta) -> bool:
    now = ports.clock.now()
    return now - record.since > overdue and now >= (record.not_before or record.since)


def _stopped(ports: Ports) -> list[str]:
    return [one.id for one in ports.records.active() if one.state in _BEFORE_QUEUE]


def _id(source: Source) -> str:
    return import_id(source.account, source.container, source.name, source.etag)
