"""The command line's requests, as the queues hold them."""

import base64
import json

from azure.storage.queue import QueueServiceClient

from cli.connections import Connections
from cli.requests import send_request
from emulators.azurite import RunningAzurite


def test_a_request_is_what_the_host_reads(azurite: RunningAzurite):
    """Base64, as host.json says; the queue is made by the first of them."""
    request = json.dumps({"target": "factory-ü", "keys": False})
    with Connections({"DeviceFiles": azurite.connection_string}) as connections:
        send_request(connections, "requests-as-read", request)
        send_request(connections, "requests-as-read", "second")
    with QueueServiceClient.from_connection_string(azurite.connection_string) as queues:
        messages = queues.get_queue_client("requests-as-read").receive_messages()
        read = [base64.b64decode(message.content, validate=True) for message in messages]
    assert [text.decode() for text in read] == [request, "second"]
