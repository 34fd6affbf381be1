"""Someone asks for an export of all devices of a target.

An export is a record like an import, and waits for the slot of its hub like one. The message
itself is its source: told twice, it is one export.
"""

import logging
from datetime import datetime

from shared.domain.export_request import ExportRequest, read_export_request
from shared.domain.import_record import Export, ImportRecord, Reason, Source, import_id
from shared.domain.lifecycle import State
from shared.domain.task import Task
from shared.ports import Ports, Target
from shared.use_cases.conclude import told
from shared.use_cases.ways import way_of


log = logging.getLogger(__name__)

QUEUE = "export-requests"


def export_devices(ports: Ports, message_id: str, sent_at: datetime, body: str) -> str | None:
    """Take in a request; return the id of an export to start, or None if it is refused.

    Args:
        ports: The world.
        message_id: What the queue calls the message, however often it comes.
        sent_at: When the message came into the queue.
        body: The request, in JSON.
    """
    request = read_export_request(body)
    way = request if isinstance(request, Reason) else _way(ports, request)
    record = _received(ports, message_id, sent_at, len(body))
    if isinstance(request, ExportRequest) and isinstance(way, str):
        record = ports.records.create(_queued(ports, record, request, way))
    elif isinstance(way, Reason):
        now = ports.clock.now()
        refused = record.advance(State.REJECTED, now, reason=way)
        record = ports.records.create(told(refused, now, State.REJECTED))
    log.info("export.%s id=%s", record.state, record.id)
    return record.id if record.state is State.QUEUED else None


def _way(ports: Ports, request: ExportRequest) -> str | Reason:
    """Return the way into the target on which it can be exported from, or why there is none."""
    target = ports.targets.get(request.target)
    if target is None:
        known = ", ".join(sorted(ports.targets))
        return Reason(code="unknown_target", text=f"no target has this name; use {known}")
    text = "devices cannot be exported from this target; name one of kind iot_hub or iot_hub_arm"
    way = way_of(target, Task.EXPORT, 0)
    return Reason(code="cannot_export", text=text) if way is None else way


def _received(ports: Ports, message_id: str, sent_at: datetime, size: int) -> ImportRecord:
    now = ports.clock.now()
    source = Source(
        account="", container=QUEUE, name=message_id, etag="", size=size, last_modified=sent_at
    )
    return ImportRecord(
        id=import_id("", QUEUE, message_id, ""),
        since=now,
        received_at=now,
        source=source,
        task=Task.EXPORT,
        export=Export(),
    )


def _queued(ports: Ports, record: ImportRecord, request: ExportRequest, way: str) -> ImportRecord:
    target: Target = ports.targets[request.target]
    now = ports.clock.now()
    place = {"target": request.target, "way": way, "slot": target.ways[way].slot}
    export = Export(keys=request.keys, configurations=request.configurations)
    validated = record.advance(State.VALIDATED, now, export=export, **place)
    return validated.advance(State.QUEUED, now, queued_at=now)
