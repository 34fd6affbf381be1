"""Publishes results on a Service Bus queue or topic, as CloudEvents 1.0.

The SDK is used rather than an output binding, which can set neither message id nor properties.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final

from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusSender
from azure.servicebus.exceptions import ServiceBusError

from shared.domain.errors import Unavailable
from shared.domain.import_record import Event, ImportRecord
from shared.domain.result import application_properties
from shared.failpoints import failpoint


EVENT_TYPE: Final = "device-identity-import.{kind}.v1"
#: Who is away, for the log.
SERVICE_BUS: Final = "service bus"
_CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"


@contextmanager
def bus_errors() -> Iterator[None]:
    """Let no SDK error out: whatever the bus cannot do now is done by a later poll."""
    try:
        yield
    except (ServiceBusError, OSError) as error:
        why = f"{SERVICE_BUS}: {type(error).__name__}"
        raise Unavailable(why).blaming(SERVICE_BUS) from error


class ServiceBusResults:
    """The `Results` port on Azure Service Bus.

    One sender is kept, because opening and closing one takes over a second. It serves one thread
    at a time, and is opened anew after a failure.
    """

    def __init__(self, client: ServiceBusClient, queue: str) -> None:
        self._client = client
        self._queue = queue
        self._sender: ServiceBusSender | None = None
        self._one_at_a_time = Lock()

    def send(self, record: ImportRecord, events: Sequence[Event]) -> None:
        """Send events in order; see the port."""
        with self._one_at_a_time, bus_errors(), self._open() as sender:
            for event in events:
                with failpoint("result.send", _message_id(record, event)):
                    sender.send_messages(_message(record, event))

    @contextmanager
    def _open(self) -> Iterator[ServiceBusSender]:
        sender = self._sender or self._client.get_queue_sender(self._queue)
        self._sender = None
        try:
            yield sender
        except BaseException:
            sender.close()
            raise
        self._sender = sender


def _message(record: ImportRecord, event: Event) -> ServiceBusMessage:
    return ServiceBusMessage(
        json.dumps(cloud_event(record, event), ensure_ascii=False),
        content_type=_CONTENT_TYPE,
        message_id=_message_id(record, event),
        correlation_id=record.id,
        subject=event.type,
        application_properties=dict(application_properties(event.data)),
    )


def cloud_event(record: ImportRecord, event: Event) -> Mapping[str, Any]:
    """Return an event as the JSON members of a CloudEvent."""
    return {
        "specversion": "1.0",
        "id": _message_id(record, event),
        "source": f"/targets/{record.target or ''}/imports",
        "type": EVENT_TYPE.format(kind=event.type),
        "subject": record.id,
        "time": event.time.isoformat(),
        "datacontenttype": "application/json",
        "data": event.data,
    }


def _message_id(record: ImportRecord, event: Event) -> str:
    return f"{record.id}:{event.seq}"
