import base64

import pytest
import typer
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from cli.connections import Connections
from cli.redrive import QUEUES, redrive, redrive_file, redrive_one
from emulators.azurite import RunningAzurite
from shared.domain.redaction import redacted


def test_a_file_becomes_a_new_version_of_itself(
    azurite: RunningAzurite, storage: BlobServiceClient
):
    """The same bytes and metadata under another ETag, so it is another import."""
    container = storage.get_container_client("device-files")
    if not container.exists():
        container.create_container()
    blob = container.upload_blob("redrive/ü x.txt", b"content", metadata={"status": "disabled"})
    before = blob.get_blob_properties()
    with Connections({"DeviceFiles": azurite.connection_string}) as connections:
        assert redrive_file(connections, "redrive/ü x.txt")
    after = blob.get_blob_properties()
    assert after.etag != before.etag
    assert after.metadata == before.metadata
    assert blob.download_blob().readall() == b"content"


def test_a_file_that_is_gone_is_said_to_be(azurite: RunningAzurite):
    """Nothing is made in its place."""
    with Connections({"DeviceFiles": azurite.connection_string}) as connections:
        assert not redrive_file(connections, "redrive/never-there")


@pytest.mark.parametrize(("dead", "queue"), QUEUES.items())
def test_a_message_goes_back_to_the_queue_that_gave_it_up(
    azurite: RunningAzurite, dead: str, queue: str
):
    """By the names that stand in the result of the dead letter."""
    with Connections({"DeviceFiles": azurite.connection_string}) as connections:
        assert redrive_one(connections, dead, '{"target": "redriven"}')
    with QueueServiceClient.from_connection_string(azurite.connection_string) as queues:
        client = queues.get_queue_client(queue)
        messages = list(client.receive_messages())
        for message in messages:
            client.delete_message(message)
    assert b'{"target": "redriven"}' in [base64.b64decode(one.content) for one in messages]


def test_a_container_that_holds_nothing_to_try_again_is_refused():
    """Before any connection is made."""
    with pytest.raises(typer.BadParameter, match="export-requests-poison"):
        redrive(["x"], container="reports")


def test_a_message_that_was_cut_is_not_sent():
    """Results show the beginning of a long one; whoever reads it would refuse that again."""
    cut = redacted('{"target": "%s"}' % ("x" * 300), 200)
    with pytest.raises(typer.BadParameter, match="request it anew"):
        redrive([cut], container="export-requests-poison")
