"""A Service Bus queue in memory, behind the clients of its SDK, with duplicate detection."""

from collections.abc import Callable
from dataclasses import dataclass, field

from azure.servicebus import ServiceBusMessage
from azure.servicebus.exceptions import ServiceBusConnectionError

from tests.simulation.network import Fate, Network


@dataclass
class FakeServiceBus:
    """`ServiceBusClient` and `ServiceBusSender` of the one queue."""

    network: Network
    #: Told of every message that arrives, repeats too.
    watch: Callable[[str, str], None] = lambda _message_id, _body: None
    #: What a subscriber gets: the first message of each id.
    messages: dict[str, str] = field(default_factory=dict)
    arrived: int = 0

    def get_queue_sender(self, _queue: str) -> "FakeServiceBus":
        """Return what sends."""
        return self

    def close(self) -> None:
        """Do nothing; there is no connection."""

    def send_messages(self, message: ServiceBusMessage) -> None:
        """Take a message, if it gets here."""
        fate = self.network.next_fate()
        if fate in {Fate.REFUSED, Fate.THROTTLED}:
            raise ServiceBusConnectionError(message="gone")
        # The SDK sends again what was not acknowledged: see `reliability` of its sender.
        for _ in range(2 if fate is Fate.REPEATED else 1):
            self._take(str(message.message_id), f"{message} {message.application_properties}")
        if fate in {Fate.LOST, Fate.LATE}:
            raise ServiceBusConnectionError(message="no acknowledgement")

    def _take(self, message_id: str, body: str) -> None:
        self.arrived += 1
        self.messages.setdefault(message_id, body)
        self.watch(message_id, body)
