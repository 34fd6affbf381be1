"""Invokes a function for each message of a queue."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from azure.storage.queue import QueueMessage

from emulators.functions_host.invoker import Invoker
from emulators.functions_host.message_queue import Encoding, MessageQueue
from emulators.functions_host.protos import TypedData
from emulators.functions_host.queue_listener import Hopeless


#: Queues so named have no further poison queue (QueueListenerFactory).
POISON_SUFFIX: Final = "-poison"
END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueTrigger:
    """The function that handles the messages of a queue."""

    function: str
    queue: str
    poison: MessageQueue | None
    encoding: Encoding
    invoker: Invoker

    async def handle(self, message: QueueMessage) -> bool:
        """Invoke the function with the message, as a string; raises Hopeless if it is none."""
        try:
            body = self.encoding.decode(message.content).decode()
        except ValueError as error:
            text = "not in the message encoding that host.json names"
            raise Hopeless(text) from error
        cause = f"message {message.id} of queue {self.queue}, try {message.dequeue_count}"
        data = TypedData(string=body)
        return await self.invoker.invoke(self.function, cause, data, metadata(message, body))

    def poison_queue(self, _message: QueueMessage) -> MessageQueue | None:
        """Return where messages go after too many tries."""
        return self.poison


def metadata(message: QueueMessage, body: str) -> dict[str, TypedData]:
    """Return the trigger metadata of a message (QueueTriggerBinding.CreateBindingData)."""
    return {
        "QueueTrigger": TypedData(string=body),
        "Id": TypedData(string=message.id),
        "PopReceipt": TypedData(string=message.pop_receipt),
        "DequeueCount": TypedData.of_json(message.dequeue_count),
        "InsertionTime": TypedData.of_json(message.inserted_on),
        "ExpirationTime": TypedData.of_json(message.expires_on or END_OF_TIME),
        "NextVisibleTime": TypedData.of_json(message.next_visible_on or END_OF_TIME),
    }
