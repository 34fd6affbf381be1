"""What the result queue promises, on the fake and on the emulator by way of the real adapter."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusReceivedMessage

from emulators.service_bus.config import DEFAULT_FILE, load
from emulators.service_bus.server import RunningBus, serve
from shared.adapters.service_bus import ServiceBusResults
from shared.domain.errors import Unavailable
from shared.domain.import_record import ImportRecord
from shared.domain.lifecycle import State
from shared.domain.result import import_result
from shared.ports import Results
from tests.builders import a_record, a_source
from tests.fakes.clock import NEW_YEAR
from tests.fakes.results import FakeResults


QUEUE = "import-results"


@dataclass
class Scene:
    """The port, and what has arrived behind it: message ids in order."""

    results: Results
    arrived: Callable[[], list[str]]


@pytest.fixture(scope="module")
def bus() -> Iterator[RunningBus]:
    with serve(load(DEFAULT_FILE)) as running:
        yield running


@pytest.fixture(scope="module")
def client(bus: RunningBus) -> Iterator[ServiceBusClient]:
    with ServiceBusClient.from_connection_string(bus.connection_string) as client:
        yield client


@pytest.fixture(scope="module")
def sender(client: ServiceBusClient) -> ServiceBusResults:
    return ServiceBusResults(client, QUEUE)


def receive(client: ServiceBusClient) -> list[ServiceBusReceivedMessage]:
    """Take everything off the queue."""
    messages = []
    with client.get_queue_receiver(QUEUE, max_wait_time=1) as receiver:
        for message in receiver:
            messages.append(message)
            receiver.complete_message(message)
    return messages


@pytest.fixture(params=["fake", "emulator"])
def scene(request: Any) -> Scene:
    if request.param == "fake":
        fake = FakeResults()
        return Scene(fake, lambda: list(fake.messages))
    client = request.getfixturevalue("client")
    return Scene(
        request.getfixturevalue("sender"),
        lambda: [str(message.message_id) for message in receive(client)],
    )


def an_ended_import(name: str) -> ImportRecord:
    record = a_record(source=a_source(name), state=State.COMPLETED)
    data = import_result(record, (), {"report": "https://x/report.ndjson"})
    for kind in ("validated", "completed"):
        record = record.amend(**record.with_event(kind, NEW_YEAR, data))
    return record


def test_events_arrive_in_order_under_their_ids(scene: Scene):
    """The id is made of import and number, so that it is the same each time."""
    record = an_ended_import("order")
    scene.results.send(record, record.unsent)
    assert scene.arrived() == [f"{record.id}:1", f"{record.id}:2"]


def test_what_is_sent_twice_arrives_once(scene: Scene):
    """With duplicate detection on, at least once is exactly once."""
    record = an_ended_import("twice")
    for _ in range(3):
        scene.results.send(record, record.unsent)
    assert scene.arrived() == [f"{record.id}:1", f"{record.id}:2"]


def test_a_message_is_what_subscribers_are_promised(
    sender: ServiceBusResults, client: ServiceBusClient
):
    """A CloudEvent in JSON, with flat properties to filter by."""
    record = an_ended_import("promise")
    sender.send(record, record.unsent[1:])
    (message,) = receive(client)
    event = json.loads(str(message))
    assert event["type"] == "device-identity-import.completed.v1"
    assert event["data"]["importId"] == record.id
    assert message.content_type == "application/cloudevents+json; charset=utf-8"
    assert (message.correlation_id, message.subject) == (record.id, "completed")
    properties = message.application_properties or {}
    assert properties[b"status"] == b"completed"
    assert properties[b"total"] == 0


def test_a_failed_send_is_left_to_the_next_poll(
    bus: RunningBus, sender: ServiceBusResults, client: ServiceBusClient
):
    """The bus refuses; the adapter says so and works again afterwards."""
    record = an_ended_import("refused")
    bus.fail_sends(QUEUE, "amqp:not-allowed", 1)
    with pytest.raises(Unavailable):
        sender.send(record, record.unsent)
    sender.send(record, record.unsent)
    assert len(receive(client)) == 2
