from azure.storage.blob import BlobServiceClient

from cli.connections import Connections
from cli.redrive import redrive_file
from emulators.azurite import RunningAzurite


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
